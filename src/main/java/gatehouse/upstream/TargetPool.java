package gatehouse.upstream;

import io.vertx.core.AsyncResult;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
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
    private final long idleNanos;
    private final HeadBytes scratch;
    private final ArrayDeque<Http1Connection> idle = new ArrayDeque<>();
    private final ArrayDeque<Ask> waiting = new ArrayDeque<>();
    private int open;
    private int connecting;

    /**
     * @param host name that the target has to prove where connections to it are encrypted
     * @param most connections at most, but for those that replace a stale one
     * @param longest how long one is kept that has nothing to do
     * @param scratch where heads are written, one of all pools of an event loop for a service
     */
    TargetPool(
            VertxInternal vertx,
            HttpClientAgent client,
            SocketAddress address,
            String host,
            int most,
            Duration longest,
            HeadBytes scratch) {
        this.vertx = vertx;
        this.client = client;
        this.options = new HttpConnectOptions().setServer(address).setHost(host).setPort(address.port());
        this.most = most;
        this.idleNanos = longest.toNanos();
        this.scratch = scratch;
    }

    /** How long a connection is kept that has nothing to do. */
    long idleNanos() {
        return idleNanos;
    }

    /**
     * Asks for a connection.
     *
     * @param fresh whether it must be a new one
     */
    void ask(Ask ask, boolean fresh) {
        ask.begin(this, vertx.getOrCreateContext());
        var kept = fresh ? null : usable();
        if (kept != null) {
            give(kept, ask);
        } else if (open + connecting < (fresh ? 2 * most : most)) {
            connect(ask);
        } else {
            waiting.add(ask); // for connections of which those who asked have given up, or which are just being closed
        }
    }

    /** One that waits wants nothing any more. */
    void cancelled(Ask ask) {
        waiting.remove(ask);
    }

    private @Nullable Http1Connection usable() {
        if (idle.isEmpty()) {
            return null;
        }
        var now = System.nanoTime();
        for (var kept = idle.pollLast(); kept != null; kept = idle.pollLast()) {
            if (kept.isUsable(now)) {
                return kept;
            }
            kept.close();
        }
        return null;
    }

    private void give(Http1Connection kept, Ask ask) {
        ask.give(kept.begin(ask.context(), scratch));
    }

    private void connect(Ask ask) {
        connecting++;
        client.connect(options).onComplete(result -> connected(result, ask));
    }

    private void connected(AsyncResult<HttpClientConnection> result, Ask ask) {
        connecting--;
        if (result.failed()) {
            if (!ask.isOver()) {
                ask.refuse(result.cause());
            }
            serveNext();
            return;
        }
        open++;
        var made = Http1Connection.on(Opened.behind(result.result()), this);
        if (ask.isOver()) {
            released(made);
        } else {
            give(made, ask);
        }
    }

    /** A connection has nothing to do any more. */
    void released(Http1Connection kept) {
        if (!kept.isOpen() || open > most) {
            kept.close();
            return;
        }
        var next = waiting.poll();
        if (next == null) {
            idle.addLast(kept);
        } else {
            give(kept, next);
        }
    }

    /** A connection is not there any more; told once. */
    void gone(Http1Connection kept) {
        open--;
        idle.remove(kept);
        serveNext();
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
        var now = System.nanoTime();
        for (var oldest = idle.peekFirst(); oldest != null && !oldest.isUsable(now); oldest = idle.peekFirst()) {
            idle.pollFirst();
            oldest.close();
        }
    }

    /** Whether it holds nothing. */
    boolean isEmpty() {
        return open + connecting == 0 && waiting.isEmpty();
    }
}
