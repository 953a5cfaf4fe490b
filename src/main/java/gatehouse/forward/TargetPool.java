package gatehouse.forward;

import io.vertx.core.AsyncResult;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.impl.HttpClientConnectionInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The connections of HTTP/1.1 from one event loop to one target, each with one request at a time. The one that was used last
 * serves next, so that what is not needed gets old and is closed. Confined to its event loop, and so without locks, promises and
 * a look at each connection, which is what the pool of Vert.x costs.
 */
final class TargetPool {
    private final VertxInternal vertx;
    private final HttpClientAgent client;
    private final HttpConnectOptions options;
    private final int most;
    private final ArrayDeque<Kept> idle = new ArrayDeque<>();
    private final ArrayDeque<Ask> waiting = new ArrayDeque<>();
    private int open;
    private int connecting;

    /**
     * @param host name that the target has to prove where connections to it are encrypted
     * @param most connections at most, but for those that replace a stale one
     */
    TargetPool(VertxInternal vertx, HttpClientAgent client, SocketAddress address, String host, int most) {
        this.vertx = vertx;
        this.client = client;
        this.options = new HttpConnectOptions().setServer(address).setHost(host).setPort(address.port());
        this.most = most;
    }

    /** Who wants to send a request. Told one of both, once, unless it has cancelled; maybe before {@link #ask} returns. */
    abstract static class Ask {
        private @Nullable TargetPool at;

        /** A request on a connection that is there. */
        abstract void connected(HttpClientRequest request);

        abstract void failed(Throwable cause);

        /** Wants nothing any more. What comes about nevertheless is for others. */
        final void cancel() {
            var pool = at;
            at = null;
            if (pool != null) {
                pool.waiting.remove(this);
            }
        }

        private boolean isOver() {
            return at == null;
        }
    }

    /** A connection. */
    private static final class Kept {
        private final HttpClientConnectionInternal connection;
        private boolean gone;

        Kept(HttpClientConnectionInternal connection) {
            this.connection = connection;
        }

        boolean isUsable() {
            return !gone
                    && connection.isValid()
                    && connection.channelHandlerContext().channel().isActive();
        }
    }

    /**
     * Asks for a connection.
     *
     * @param fresh whether it must be a new one
     */
    void ask(Ask ask, boolean fresh) {
        ask.at = this;
        var kept = fresh ? null : usable();
        if (kept != null) {
            give(kept, ask);
        } else if (open + connecting < (fresh ? 2 * most : most)) {
            connect(ask);
        } else {
            waiting.add(ask); // for connections of which those who asked have given up, or which are just being closed
        }
    }

    private @Nullable Kept usable() {
        for (var kept = idle.pollLast(); kept != null; kept = idle.pollLast()) {
            if (kept.isUsable()) {
                return kept;
            }
            kept.connection.close();
        }
        return null;
    }

    private void give(Kept kept, Ask ask) {
        ask.at = null;
        var made = kept.connection.createStream(vertx.getOrCreateContext());
        if (!made.succeeded()) {
            ask.failed(made.cause() == null ? new IllegalStateException("a connection is in use") : made.cause());
            return;
        }
        var stream = made.result();
        stream.closeHandler(closed -> released(kept));
        ask.connected(Streams.request(kept.connection, stream));
    }

    private void connect(Ask ask) {
        connecting++;
        client.connect(options).onComplete(result -> connected(result, ask));
    }

    private void connected(AsyncResult<HttpClientConnection> result, Ask ask) {
        connecting--;
        if (result.failed()) {
            if (!ask.isOver()) {
                ask.at = null;
                ask.failed(result.cause());
            }
            serveNext();
            return;
        }
        var kept = new Kept(Streams.behind(result.result()));
        open++;
        kept.connection.evictionHandler(evicted -> gone(kept));
        UpstreamClients.opened(kept.connection);
        if (ask.isOver()) {
            released(kept);
        } else {
            give(kept, ask);
        }
    }

    /** A connection has nothing to do any more. */
    private void released(Kept kept) {
        if (!kept.isUsable() || open > most) {
            kept.connection.close();
            return;
        }
        var next = waiting.poll();
        if (next == null) {
            idle.addLast(kept);
        } else {
            give(kept, next);
        }
    }

    private void gone(Kept kept) {
        if (!kept.gone) {
            kept.gone = true;
            open--;
            idle.remove(kept);
            serveNext();
        }
    }

    private void serveNext() {
        if (open + connecting < most) {
            var next = waiting.poll();
            if (next != null) {
                connect(next);
            }
        }
    }

    /** Closes connections that were idle for too long. */
    void sweep() {
        for (var oldest = idle.peekFirst(); oldest != null && !oldest.isUsable(); oldest = idle.peekFirst()) {
            idle.pollFirst();
            oldest.connection.close();
        }
    }

    /** Whether it holds nothing. */
    boolean isEmpty() {
        return open + connecting == 0 && waiting.isEmpty();
    }
}
