package gatehouse.listener;

import io.netty.channel.Channel;

/** What serves the connections of one event loop that carry bytes of any protocol. Called on that loop only. */
@FunctionalInterface
public interface StreamServer {
    /** A connection has come; its bytes are decrypted already where the listener has certificates. Nothing is read yet. */
    void connected(Door door, Channel connection);
}
