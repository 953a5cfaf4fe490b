/**
 * Owns something to proxy to when nothing better is at hand. Knows nothing of the gateway in front of it.
 */
@NullMarked
package gatehouse.demo;

import org.jspecify.annotations.NullMarked;
