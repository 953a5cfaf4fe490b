/**
 * Owns certificates and keys: reads them, finds out what is wrong with them, and makes of them what encrypts connections.
 * Knows nothing of who listens or connects.
 */
@NullMarked
package gatehouse.tls;

import org.jspecify.annotations.NullMarked;
