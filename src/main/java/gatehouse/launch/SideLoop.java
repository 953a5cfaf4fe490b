package gatehouse.launch;

import gatehouse.listener.Lane;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextBuilderImpl;
import io.vertx.core.internal.CloseFuture;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event loop of what carries no traffic: one for the admin API and the registry, another for verticles of others. What blocks or floods it
 * delays none of the lanes. Thread-safe.
 */
final class SideLoop {
    private final VertxInternal vertx;
    private final EventLoop loop;

    private SideLoop(VertxInternal vertx, EventLoop loop) {
        this.vertx = vertx;
        this.loop = loop;
    }

    /** A loop that is none of the lanes' and none of these, or one of theirs where Vert.x has no other. */
    static SideLoop beside(Vertx vertx, List<Lane> lanes, SideLoop... others) {
        var internal = (VertxInternal) vertx;
        var loop = internal.nettyEventLoopGroup().next();
        for (var tries = 0; tries <= lanes.size() + others.length && isTaken(loop, lanes, others); tries++) {
            loop = internal.nettyEventLoopGroup().next();
        }
        return new SideLoop(internal, loop);
    }

    private static boolean isTaken(EventLoop loop, List<Lane> lanes, SideLoop... others) {
        return lanes.stream().anyMatch(lane -> lane.runsOn(loop))
                || Arrays.stream(others).anyMatch(other -> other.loop == loop);
    }

    /** The event loop itself. */
    EventLoop loop() {
        return loop;
    }

    /** What deploys this on the loop, whichever Vert.x would have chosen. */
    Deployable carry(Deployable carried) {
        return new Carrier(carried);
    }

    private final class Carrier implements Deployable {
        private final Deployable carried;
        private final CloseFuture closing = new CloseFuture();
        private @Nullable ContextInternal own;

        Carrier(Deployable carried) {
            this.carried = carried;
        }

        @Override
        public Future<?> deploy(Context chosen) {
            var given = (ContextInternal) chosen;
            var context = ((ContextBuilderImpl) vertx.contextBuilder())
                    .withDeploymentContext(given.deployment())
                    .withClassLoader(given.classLoader())
                    .withEventLoop(loop)
                    .withCloseFuture(closing)
                    .build();
            own = context;
            return run(given, context, () -> carried.deploy(context));
        }

        @Override
        public Future<?> undeploy(Context chosen) {
            var context = own;
            return context == null
                    ? Future.succeededFuture()
                    : run((ContextInternal) chosen, context, () -> carried.undeploy(context))
                            .eventually(closing::close);
        }

        private Future<Object> run(ContextInternal given, ContextInternal context, Step step) {
            var promise = given.promise();
            context.runOnContext(go -> {
                try {
                    step.take().<Object>map(done -> done).onComplete(promise);
                } catch (Throwable failure) {
                    promise.tryFail(failure);
                }
            });
            return promise.future();
        }
    }

    /** A deployment or its end. */
    private interface Step {
        Future<?> take() throws Exception;
    }
}
