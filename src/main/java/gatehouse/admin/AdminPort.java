package gatehouse.admin;

import gatehouse.config.ListenAddress;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A port of the admin API, or of the registry's bridge. It outlives the verticle that serves on it: a successor takes it over by a swap of one
 * reference, and no connection is lost. Thread-safe.
 */
public final class AdminPort {
    /** For requests under way when nobody serves any more. */
    private static final int CLOSING_SECONDS = 2;

    private final Vertx vertx;
    private final Connections connections =
            new Connections(() -> current().most().getAsInt());
    private final Lingering lingering = new Lingering();
    private @Nullable ListenAddress address;
    private @Nullable HttpServer server;
    private @Nullable ContextInternal loop;
    private volatile @Nullable Serving serving;

    /** A port that is not bound yet. */
    public AdminPort(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * Who serves.
     *
     * @param requests takes what can be read
     * @param invalid takes what can't
     * @param most connections at once
     */
    record Serving(Handler<HttpServerRequest> requests, Handler<HttpServerRequest> invalid, IntSupplier most) {}

    /**
     * Lets somebody serve from now on; called on the loop that is to carry the port. Binds where nothing is bound, or another
     * address.
     *
     * @return the port, as bound
     */
    synchronized Future<Integer> serve(ListenAddress wanted, HttpServerOptions options, Serving next) {
        var former = server;
        if (former != null && wanted.equals(address)) {
            serving = next;
            return Future.succeededFuture(former.actualPort());
        }
        if (former == null) {
            serving = next; // a client may come before the bind is told of
        }
        return bind(wanted, options).map(bound -> {
            synchronized (this) {
                serving = next;
                server = bound;
                address = wanted;
            }
            if (former != null) {
                lingering.endAll();
                former.shutdown(CLOSING_SECONDS, TimeUnit.SECONDS);
            }
            return bound.actualPort();
        });
    }

    /** Binds on the loop at hand, but not as a thing of its verticle, which would close it at its end. */
    private Future<HttpServer> bind(ListenAddress wanted, HttpServerOptions options) {
        Promise<HttpServer> promise = Promise.promise();
        loop().runOnContext(go -> vertx.createHttpServer(options)
                .connectionHandler(connections::opened)
                .requestHandler(request -> current().requests().handle(request))
                .invalidRequestHandler(request -> current().invalid().handle(request))
                .listen(wanted.port(), wanted.host())
                .onComplete(promise));
        return promise.future();
    }

    /**
     * The loop at hand where this is asked first, without a verticle: what is begun there, timers and subscriptions, goes on for clients
     * that came to a verticle which has ended since.
     */
    synchronized ContextInternal loop() {
        if (loop == null) {
            var here = ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
            loop = ((VertxInternal) vertx).contextBuilder().withEventLoop(here).build();
        }
        return loop;
    }

    /** The answers that take long. */
    Lingering lingering() {
        return lingering;
    }

    /** Answers whoever waits for something to happen: the node ends. */
    public synchronized Future<Void> announceEnd() {
        return server == null ? Future.succeededFuture() : onLoop(lingering::announceEnd);
    }

    private Future<Void> onLoop(Runnable what) {
        Promise<Void> done = Promise.promise();
        loop().runOnContext(go -> {
            try {
                what.run();
            } finally {
                done.complete(); // the end of a node does not wait for who could not be told
            }
        });
        return done.future();
    }

    private Serving current() {
        return Objects.requireNonNull(serving);
    }

    /** Nobody serves any more, unless a successor does. */
    synchronized Future<Void> leave(@Nullable Serving leaving) {
        var bound = server;
        if (bound == null || leaving == null || !leaving.equals(serving)) {
            return Future.succeededFuture();
        }
        server = null;
        return onLoop(lingering::endAll).transform(ended -> bound.shutdown(CLOSING_SECONDS, TimeUnit.SECONDS));
    }
}
