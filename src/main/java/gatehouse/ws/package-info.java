/**
 * Owns WebSockets and topics: connections that were handed over by the HTTP edge, and what is pushed to clients. Knows no other
 * edge; routes, policies and targets it has from the snapshot, like every other.
 *
 * <p>Begin at {@link WsLane}: a {@link Tunnel} has two of {@link Side}, between which {@link FrameGate} stands where messages are looked at; a
 * client that listens to one of {@link Topics} is a {@link PushSocket} or an {@link EventStream}.
 */
@NullMarked
package gatehouse.ws;

import org.jspecify.annotations.NullMarked;
