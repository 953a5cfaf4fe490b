package gatehouse.listener;

import gatehouse.exchange.RequestIds;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One event loop and what serves on it now. The ports of all listeners are bound on every lane; a request stays on the
 * lane that accepted it.
 */
public final class Lane {
    private static final String X_REQUEST_ID = "X-Request-Id";

    private final RequestIds ids = new RequestIds();
    private final int index;
    private final Context context;
    private @Nullable LaneServer server;
    private @Nullable StreamServer streams;
    private @Nullable Dialect dialect;

    Lane(int index, Context context) {
        this.index = index;
        this.context = context;
    }

    /** Number of the lane, from 0. */
    public int index() {
        return index;
    }

    /** Whether this is the lane's event loop. */
    public boolean runsOn(EventLoop loop) {
        return ((ContextInternal) context).nettyEventLoop() == loop;
    }

    /** The lane's event loop. */
    public EventLoop loop() {
        return ((ContextInternal) context).nettyEventLoop();
    }

    /** Runs something on the lane's event loop and brings its result back. */
    public <T> Future<T> run(Supplier<T> work) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(go -> {
            try {
                promise.complete(work.get());
            } catch (RuntimeException e) {
                promise.fail(e);
            }
        });
        return promise.future();
    }

    /**
     * Lets another server take the requests from now on; called on the lane's event loop. Requests that the one before
     * has taken stay with it.
     *
     * @param next null for none: requests are then answered with 503
     * @return the one before
     */
    public @Nullable LaneServer serve(@Nullable LaneServer next) {
        var before = server;
        server = next;
        return before;
    }

    /** Who serves now; asked on the lane's event loop. */
    public @Nullable LaneServer server() {
        return server;
    }

    /**
     * Lets another one take the connections that are no HTTP to this node as a server, as {@link #serve} does.
     *
     * @param nextStreams takes connections that carry bytes of any protocol; null: they are closed
     */
    public void serveStreams(@Nullable StreamServer nextStreams) {
        streams = nextStreams;
    }

    /** Who takes connections of bytes now; asked on the lane's event loop. */
    public @Nullable StreamServer streams() {
        return streams;
    }

    /**
     * Lets calls be spoken from now on; called on the lane's event loop.
     *
     * @param next null for nobody: calls are then what they are to HTTP
     */
    public void speak(@Nullable Dialect next) {
        dialect = next;
    }

    /** Who speaks calls now; asked on the lane's event loop. */
    public @Nullable Dialect dialect() {
        return dialect;
    }

    void handle(Door door, HttpServerRequest request) {
        if (server == null) {
            refuse(request);
        } else {
            server.handle(door, request);
        }
    }

    void handleInvalid(Door door, HttpServerRequest request) {
        if (server == null) {
            refuse(request);
        } else {
            server.handleInvalid(door, request);
        }
    }

    void connected(Door door, HttpConnection connection) {
        if (server != null) {
            server.connected(door, connection);
        }
    }

    void stream(Door door, Channel connection) {
        if (streams == null) {
            var unused = connection.close();
        } else {
            streams.connected(door, connection);
        }
    }

    void datagram(Door door, Channel socket, DatagramPacket packet) {
        if (streams == null) {
            packet.release();
        } else {
            streams.received(door, socket, packet);
        }
    }

    private void refuse(HttpServerRequest request) {
        var offered = request.headers().get(X_REQUEST_ID);
        var id = offered != null && RequestIds.wellFormed(offered) ? offered : ids.next();
        var problem = Problem.unavailable(
                "not-served",
                "The gateway is starting, or its manifest has no verticle that serves HTTP.",
                1,
                Origin.GATEWAY);
        var response = request.response().setStatusCode(problem.status());
        problem.headers().forEach(response::putHeader);
        response.putHeader("Content-Type", Problem.MEDIA_TYPE)
                .putHeader(X_REQUEST_ID, id)
                .end(problem.toJson(id));
    }
}
