package gatehouse.listener;

import gatehouse.exchange.RequestIds;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import io.netty.channel.Channel;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
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
    private @Nullable LaneServer egress;

    Lane(int index, Context context) {
        this.index = index;
        this.context = context;
    }

    /** Number of the lane, from 0. */
    public int index() {
        return index;
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
     * Lets others serve what is no HTTP to this node as a server, as {@link #serve} does.
     *
     * @param nextStreams takes connections that carry bytes of any protocol; null: they are closed
     * @param nextEgress takes requests of clients that know that they use a proxy
     */
    public void serveStreams(@Nullable StreamServer nextStreams, @Nullable LaneServer nextEgress) {
        streams = nextStreams;
        egress = nextEgress;
    }

    /** Who takes connections of bytes now; asked on the lane's event loop. */
    public @Nullable StreamServer streams() {
        return streams;
    }

    private @Nullable LaneServer serverOf(Door door) {
        return door.config().isHttp() ? server : egress;
    }

    void handle(Door door, HttpServerRequest request) {
        var serves = serverOf(door);
        if (serves == null) {
            refuse(request);
        } else {
            serves.handle(door, request);
        }
    }

    void handleInvalid(Door door, HttpServerRequest request) {
        var serves = serverOf(door);
        if (serves == null) {
            refuse(request);
        } else {
            serves.handleInvalid(door, request);
        }
    }

    void connected(Door door, HttpConnection connection) {
        var serves = serverOf(door);
        if (serves != null) {
            serves.connected(door, connection);
        }
    }

    void stream(Door door, Channel connection) {
        if (streams == null) {
            var unused = connection.close();
        } else {
            streams.connected(door, connection);
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
