package gatehouse.grpc;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.GrpcCall;
import gatehouse.exchange.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.grpc.health.HealthService;
import io.vertx.grpc.reflection.ReflectionService;
import io.vertx.grpc.server.GrpcServer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The services that the gateway has itself, where no route takes them: {@code grpc.health.v1.Health}, for whoever balances over
 * gateways, and {@code grpc.reflection.v1.ServerReflection}. Confined to its event loop; loaded when first asked.
 */
final class OwnServices {
    private static final String HEALTH = "/grpc.health.v1.Health/";
    private static final String REFLECTION = "/grpc.reflection.v1.ServerReflection/";

    private final Vertx vertx;
    private final BooleanSupplier ready;
    private @Nullable GrpcServer server;

    OwnServices(Vertx vertx, BooleanSupplier ready) {
        this.vertx = vertx;
        this.ready = ready;
    }

    /** The answer to a call of theirs; null for any other. */
    @Nullable Future<Reply> answer(Exchange exchange) {
        var path = exchange.path();
        var call = exchange.call();
        if (call == null
                || call.kind() != GrpcCall.Kind.PLAIN
                || !(path.startsWith(HEALTH) || path.startsWith(REFLECTION))) {
            return null;
        }
        return Future.succeededFuture(new Reply(200, null, HttpHeaders.headers(), new Answer(server())));
    }

    private GrpcServer server() {
        if (server == null) {
            server = GrpcServer.server(vertx)
                    .addService(HealthService.create(vertx)
                            .register("", () -> Future.succeededFuture(ready.getAsBoolean())))
                    .addService(ReflectionService.v1());
        }
        return server;
    }

    private record Answer(GrpcServer server) implements Reply.Body {
        @Override
        public Future<Void> sendTo(Exchange exchange) {
            Promise<Void> done = Promise.promise();
            exchange.whenClientLeaves(() -> done.tryComplete());
            exchange.response().endHandler(end -> done.tryComplete());
            var request = exchange.request();
            server.handle(request);
            request.resume();
            return done.future();
        }

        @Override
        public boolean writesHead() {
            return true;
        }

        @Override
        public long length() {
            return -1;
        }
    }
}
