package gatehouse.service;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.function.LongSupplier;

/**
 * What a service works with.
 *
 * @param vertx sends probes and sets timers
 * @param context where all that happens which no request brings about
 * @param nanoTime a clock such as {@link System#nanoTime}
 * @param resolver looks up names of targets
 */
record Means(Vertx vertx, Context context, LongSupplier nanoTime, Resolver resolver) {
    /** With a context of no verticle: who starts a service may be undeployed before it is closed. */
    static Means of(Vertx vertx, LongSupplier nanoTime, Resolver resolver) {
        return new Means(vertx, ((VertxInternal) vertx).createEventLoopContext(), nanoTime, resolver);
    }
}
