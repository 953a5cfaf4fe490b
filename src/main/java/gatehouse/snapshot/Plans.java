package gatehouse.snapshot;

import gatehouse.config.PolicySet;
import gatehouse.config.Share;
import gatehouse.forward.Breaker;
import gatehouse.forward.Mirror;
import gatehouse.forward.MirrorTally;
import gatehouse.forward.Plan;
import gatehouse.forward.Retry;
import gatehouse.forward.RetryBudget;
import gatehouse.forward.Timeouts;
import gatehouse.service.Service;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Makes the plans by which requests of routes are sent to services. Breakers, budgets and tallies that nobody edited go on. */
final class Plans {
    /** {@code timeout: null}: only the connect stays bounded, so that nothing waits for ever in a pool. */
    private static final Timeouts NO_TIMEOUTS =
            new Timeouts(Duration.ofSeconds(30), Duration.ZERO, Duration.ZERO, Duration.ZERO);

    private final Vertx vertx;
    private final LongSupplier nanoTime;
    private final LiveServices services;

    Plans(Vertx vertx, LongSupplier nanoTime, LiveServices services) {
        this.vertx = vertx;
        this.nanoTime = nanoTime;
        this.services = services;
    }

    /**
     * A plan.
     *
     * @param route name of the route
     * @param effective what holds on the route for this service
     * @param before the route as it was; null for a new one
     */
    Plan plan(String route, String serviceName, PolicySet effective, @Nullable Route before) {
        var service = services.get(serviceName);
        var timeouts = effective.get(Timeouts.TYPE.key(), Timeouts.class);
        var retry = effective.get(Retry.TYPE.key(), Retry.class);
        var mirror = effective.get(Mirror.TYPE.key(), Mirror.Config.class);
        var old = before == null ? null : before.planFor(service);
        return new Plan(
                route,
                service,
                timeouts == null ? NO_TIMEOUTS : timeouts,
                retry,
                budget(retry, old),
                breaker(route, service, effective.get(Policies.BREAKER.key(), Breaker.Config.class), old),
                mirror == null ? null : mirror(mirror, old),
                services.interceptors(serviceName));
    }

    private RetryBudget budget(@Nullable Retry retry, @Nullable Plan old) {
        return old != null && Objects.equals(retry, old.retry())
                ? old.budget()
                : new RetryBudget(retry == null ? new Share(0) : retry.budget(), nanoTime);
    }

    private @Nullable Breaker breaker(
            String route, Service service, Breaker.@Nullable Config config, @Nullable Plan old) {
        if (config == null) {
            return null;
        }
        var before = old == null ? null : old.breaker();
        return before != null && before.config().equals(config)
                ? before
                : new Breaker(config, nanoTime, Breaker.Listener.telling(vertx, route, service.name()));
    }

    private Mirror mirror(Mirror.Config config, @Nullable Plan old) {
        var before = old == null ? null : old.mirror();
        return new Mirror(services.get(config.to()), config, before == null ? new MirrorTally() : before.tally());
    }
}
