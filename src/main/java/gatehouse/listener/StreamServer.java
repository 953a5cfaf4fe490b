package gatehouse.listener;

import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramPacket;

/** What serves the connections of one event loop that carry bytes of any protocol. Called on that loop only. */
public interface StreamServer {
    /** A connection has come; its bytes are decrypted already where the listener has certificates. Nothing is read yet. */
    void connected(Door door, Channel connection);

    /**
     * A datagram has come; the server releases it.
     *
     * @param socket where answers go out
     */
    void received(Door door, Channel socket, DatagramPacket packet);
}
