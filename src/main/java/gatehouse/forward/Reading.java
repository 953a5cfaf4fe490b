package gatehouse.forward;

import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Stops and resumes reading from a connection that carries one exchange at a time. Vert.x itself stops only when it has queued two
 * dozen messages, and not before all has been read that is there, up to a MiB. Over HTTP/2 windows do that, for each stream.
 */
final class Reading {
    private Reading() {}

    /** Reads nothing more. */
    static void stop(HttpVersion version, HttpConnection connection) {
        if (version != HttpVersion.HTTP_2 && connection instanceof ConnectionBase base) {
            base.channel().config().setAutoRead(false);
        }
    }

    /** Reads again what comes. */
    static void resume(HttpVersion version, HttpConnection connection) {
        if (version == HttpVersion.HTTP_2 || !(connection instanceof ConnectionBase base)) {
            return;
        }
        if (base.channel() instanceof DuplexChannel channel && channel.isInputShutdown()) {
            return; // to read behind the end would end the connection
        }
        base.channel().config().setAutoRead(true);
    }
}
