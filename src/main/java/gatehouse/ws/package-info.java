/**
 * Owns WebSockets and topics: connections that were handed over by the HTTP edge, and what is pushed to clients. Knows no other
 * edge; routes, policies and targets it has from the snapshot, like every other.
 */
@NullMarked
package gatehouse.ws;

import org.jspecify.annotations.NullMarked;
