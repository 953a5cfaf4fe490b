/**
 * Owns the bound ports: they stay while verticles and configurations come and go, and hand each request to whoever serves
 * now. Knows nothing of what a request is answered with.
 */
@NullMarked
package gatehouse.listener;

import org.jspecify.annotations.NullMarked;
