package gatehouse.grpc;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.GrpcCall;
import gatehouse.exchange.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The services that the gateway has itself, where no route takes them: {@code grpc.health.v1.Health}, for whoever balances over
 * gateways, and {@code grpc.reflection.v1.ServerReflection}, also as {@code v1alpha}. Confined to its event loop.
 */
final class OwnServices {
    private static final String HEALTH = "/grpc.health.v1.Health/";
    private static final long LONGEST_NANOS = Duration.ofHours(1).toNanos();

    private final Vertx vertx;
    private final OwnHealth health;

    OwnServices(Vertx vertx, BooleanSupplier ready) {
        this.vertx = vertx;
        this.health = new OwnHealth(vertx, ready);
    }

    /** The answer to a call of theirs; null for any other. */
    @Nullable Future<Reply> answer(Exchange exchange) {
        var call = exchange.call();
        var own = call == null || call.kind() != GrpcCall.Kind.PLAIN ? null : of(exchange.path());
        if (call == null || own == null) {
            return null;
        }
        call.carry(exchange.startNanos(), OwnCall.LONGEST, LONGEST_NANOS, false);
        var headers = HttpHeaders.headers().set(HttpHeaders.CONTENT_TYPE, GrpcCall.MEDIA_TYPE);
        return Future.succeededFuture(new Reply(200, null, headers, own));
    }

    private @Nullable OwnCall of(String path) {
        return switch (path) {
            case HEALTH + "Check" -> health.check();
            case HEALTH + "List" -> health.list();
            case HEALTH + "Watch" -> health.watch();
            case "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo" -> new OwnReflection(vertx);
            default -> null;
        };
    }
}
