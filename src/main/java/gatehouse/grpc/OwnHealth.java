package gatehouse.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import gatehouse.exchange.GrpcStatus;
import io.vertx.core.Vertx;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.vertx.grpc.health.v1.HealthListResponse;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * {@code grpc.health.v1.Health} of the gateway as a whole. Who watches is told within a second that it ends, and let go: the node would
 * wait for those streams otherwise. Confined to its event loop.
 */
final class OwnHealth {
    private static final int LOOK_MILLIS = 1000;
    private static final String NO_MESSAGE = "The call has no message.";

    private final Vertx vertx;
    private final BooleanSupplier ready;
    private final Set<Watch> watches = new LinkedHashSet<>();
    private long ticker;

    OwnHealth(Vertx vertx, BooleanSupplier ready) {
        this.vertx = vertx;
        this.ready = ready;
    }

    /** How it is now. */
    OwnCall check() {
        return new OwnCall(vertx) {
            @Override
            void asked(byte[] message) throws InvalidProtocolBufferException {
                if (isWhole(message)) {
                    tell(response(status()));
                    end(GrpcStatus.OK, "");
                } else {
                    end(GrpcStatus.NOT_FOUND, "The gateway has no such service.");
                }
            }

            @Override
            void saidAll() {
                end(GrpcStatus.INTERNAL, NO_MESSAGE);
            }
        };
    }

    /** How all is that there is. */
    OwnCall list() {
        return new OwnCall(vertx) {
            @Override
            void asked(byte[] message) {
                tell(HealthListResponse.newBuilder()
                        .putStatuses("", response(status()))
                        .build());
                end(GrpcStatus.OK, "");
            }

            @Override
            void saidAll() {
                end(GrpcStatus.INTERNAL, NO_MESSAGE);
            }
        };
    }

    /** How it is from now on. */
    OwnCall watch() {
        return new Watch();
    }

    /** Whether somebody asks for the gateway as a whole. */
    private static boolean isWhole(byte[] message) throws InvalidProtocolBufferException {
        return HealthCheckRequest.parseFrom(message).getService().isEmpty();
    }

    private ServingStatus status() {
        return ready.getAsBoolean() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    }

    private static HealthCheckResponse response(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }

    private void begin(Watch watch) {
        if (watches.isEmpty()) {
            ticker = vertx.setPeriodic(LOOK_MILLIS, tick -> List.copyOf(watches).forEach(Watch::look));
        }
        watches.add(watch);
    }

    private void end(Watch watch) {
        if (watches.remove(watch) && watches.isEmpty()) {
            vertx.cancelTimer(ticker);
        }
    }

    private final class Watch extends OwnCall {
        private boolean asked;

        Watch() {
            super(vertx);
        }

        @Override
        void asked(byte[] message) throws InvalidProtocolBufferException {
            if (asked) {
                return;
            }
            asked = true;
            if (!isWhole(message)) {
                tell(response(ServingStatus.SERVICE_UNKNOWN));
                return;
            }
            tell(response(status()));
            begin(this);
            letGo();
        }

        private void look() {
            if (!ready.getAsBoolean()) {
                tell(response(ServingStatus.NOT_SERVING));
                letGo();
            }
        }

        private void letGo() {
            if (!ready.getAsBoolean()) {
                end(GrpcStatus.UNAVAILABLE, "The gateway ends.");
            }
        }

        @Override
        void saidAll() {
            if (!asked) {
                end(GrpcStatus.INTERNAL, NO_MESSAGE);
            }
        }

        @Override
        void ended() {
            OwnHealth.this.end(this);
        }
    }
}
