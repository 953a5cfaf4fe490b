/**
 * Owns the two ends of the wire that tests hold: an origin and a client on plain sockets, which show every byte as it was
 * and change none. Knows nothing of the gateway, nor of the libraries that it is made of.
 */
@NullMarked
package gatehouse.testing;

import org.jspecify.annotations.NullMarked;
