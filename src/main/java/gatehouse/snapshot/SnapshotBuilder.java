package gatehouse.snapshot;

import gatehouse.cache.ResponseCache;
import gatehouse.cache.Terms;
import gatehouse.config.ServiceConfig;
import gatehouse.files.FileSite;
import gatehouse.forward.Breaker;
import gatehouse.forward.Interceptors;
import gatehouse.forward.Plan;
import gatehouse.forward.Retry;
import gatehouse.forward.RetryBudget;
import gatehouse.forward.Timeouts;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.cache.Caching;
import gatehouse.registry.Registry;
import gatehouse.route.RouteTable;
import gatehouse.service.Service;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.httpproxy.ProxyInterceptor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a snapshot of a blueprint. What did not change since the snapshot before is taken over as the live object that it
 * is, so that a reload resets no counter, breaker, health or connection that nobody edited.
 */
public final class SnapshotBuilder {
    private final Vertx vertx;
    private final Supplier<byte[]> stickyKey;
    private final LongSupplier nanoTime;
    private final Registry registry;
    private final ResponseCache cache;

    /**
     * @param stickyKey signs cookies of services without a key of their own; asked for when there is one
     * @param nanoTime a clock such as {@link System#nanoTime}
     * @param registry followed by services that say so
     * @param cache where routes that say so store answers
     */
    public SnapshotBuilder(
            Vertx vertx, Supplier<byte[]> stickyKey, LongSupplier nanoTime, Registry registry, ResponseCache cache) {
        this.vertx = vertx;
        this.stickyKey = stickyKey;
        this.nanoTime = nanoTime;
        this.registry = registry;
        this.cache = cache;
    }

    /**
     * Builds the snapshot after {@code previous}.
     *
     * @return completes when new services have looked up their targets' names once
     */
    public Future<Snapshot> build(Blueprint blueprint, @Nullable Snapshot previous) {
        var interceptors = interceptors(blueprint, previous);
        var services = services(blueprint, previous);
        var routes = new LinkedHashMap<String, Route>();
        blueprint
                .config()
                .routes()
                .keySet()
                .forEach(name -> routes.put(name, route(blueprint, name, services, interceptors, previous)));
        var tables = new LinkedHashMap<String, RouteTable<Route>>();
        for (var listener : blueprint.config().listeners().keySet()) {
            var builder = new RouteTable.Builder<Route>(listener);
            routes.forEach((name, route) ->
                    builder.add(name, route.config().match(), route.config().priority(), route));
            tables.put(listener, builder.build());
        }
        var number = previous == null ? 1 : previous.number() + 1;
        var snapshot = new Snapshot(number, blueprint, services, routes, tables);
        return Future.join(services.values().stream().map(Service::ready).toList())
                .map(snapshot);
    }

    /** By service; made before anything is started, as a constructor may fail. */
    private static Map<String, List<ProxyInterceptor>> interceptors(Blueprint blueprint, @Nullable Snapshot previous) {
        var interceptors = new HashMap<String, List<ProxyInterceptor>>();
        if (previous != null) {
            for (var route : previous.routes().values()) {
                if (route.to() instanceof Route.ToService to
                        && to.plan()
                                .service()
                                .config()
                                .equals(blueprint
                                        .config()
                                        .services()
                                        .get(to.plan().service().name()))) {
                    interceptors.put(to.plan().service().name(), to.plan().interceptors());
                }
            }
        }
        blueprint
                .config()
                .services()
                .forEach((name, config) ->
                        interceptors.computeIfAbsent(name, made -> Interceptors.create(config.interceptors())));
        return interceptors;
    }

    private Map<String, Service> services(Blueprint blueprint, @Nullable Snapshot previous) {
        var services = new LinkedHashMap<String, Service>();
        blueprint.config().services().forEach((name, config) -> {
            var before = previous == null ? null : previous.services().get(name);
            services.put(
                    name,
                    before != null && before.config().equals(config)
                            ? before
                            : Service.start(vertx, name, config, stickyKey(config), nanoTime, registry));
        });
        return services;
    }

    private byte[] stickyKey(ServiceConfig config) {
        var sticky = config.balance().sticky();
        if (sticky == null) {
            return new byte[0];
        }
        var secret = sticky.secret();
        return secret == null ? stickyKey.get() : secret.getBytes(StandardCharsets.UTF_8);
    }

    private Route route(
            Blueprint blueprint,
            String name,
            Map<String, Service> services,
            Map<String, List<ProxyInterceptor>> interceptors,
            @Nullable Snapshot previous) {
        var config = Objects.requireNonNull(blueprint.config().routes().get(name));
        var effective = Objects.requireNonNull(blueprint.effective().get(name));
        var before = previous == null ? null : previous.routes().get(name);
        var steps = new LinkedHashMap<String, Policy>();
        for (var type : Policies.ALL) {
            var settings = effective.get(type.key(), type.config());
            if (settings != null) {
                var same = before == null
                        ? null
                        : settings.equals(before.effective().get(type.key(), type.config()))
                                ? before.steps().get(type.key())
                                : null;
                steps.put(type.key(), same == null ? build(type, settings) : same);
            }
        }
        var policy = steps.values().stream().reduce(Policy.NONE, Policy::around);
        var behindCache = steps.entrySet().stream()
                .dropWhile(step -> !step.getKey().equals(Policies.CACHE.key()))
                .skip(1)
                .map(Map.Entry::getValue)
                .reduce(Policy.NONE, Policy::around);
        var service = config.to().service();
        Route.Destination to = service == null
                ? new Route.ToFiles(new FileSite(
                        vertx,
                        blueprint
                                .folder()
                                .resolve(Objects.requireNonNull(config.to().files())),
                        config.to().index(),
                        config.match().path()))
                : new Route.ToService(plan(
                        name,
                        Objects.requireNonNull(services.get(service)),
                        interceptors.getOrDefault(service, List.of()),
                        effective,
                        before));
        return new Route(name, config, effective, steps, policy, behindCache, to);
    }

    private Policy build(PolicyType<?> type, Record settings) {
        return settings instanceof Terms terms ? new Caching(cache, terms) : type.build(settings);
    }

    private Plan plan(
            String route,
            Service service,
            List<ProxyInterceptor> interceptors,
            gatehouse.config.PolicySet effective,
            @Nullable Route before) {
        var timeouts = effective.get(Timeouts.TYPE.key(), Timeouts.class);
        var retry = effective.get(Retry.TYPE.key(), Retry.class);
        var breaker = effective.get(Policies.BREAKER.key(), Breaker.Config.class);
        var old = before != null
                        && before.to() instanceof Route.ToService to
                        && to.plan().service() == service
                ? to.plan()
                : null;
        var keepBreaker = old != null
                && Objects.equals(
                        breaker,
                        Objects.requireNonNull(before).effective().get(Policies.BREAKER.key(), Breaker.Config.class));
        var keepBudget = old != null && Objects.equals(retry, old.retry());
        return new Plan(
                route,
                service,
                timeouts == null ? NO_TIMEOUTS : timeouts,
                retry,
                keepBudget ? Objects.requireNonNull(old).budget() : new RetryBudget(budget(retry), nanoTime),
                keepBreaker
                        ? Objects.requireNonNull(old).breaker()
                        : breaker == null
                                ? null
                                : new Breaker(breaker, nanoTime, Breaker.Listener.logging(route, service.name())),
                interceptors);
    }

    private static gatehouse.config.Share budget(@Nullable Retry retry) {
        return retry == null ? new gatehouse.config.Share(0) : retry.budget();
    }

    /** {@code timeout: null}: only the connect stays bounded, so that nothing waits for ever in a pool. */
    private static final Timeouts NO_TIMEOUTS =
            new Timeouts(Duration.ofSeconds(30), Duration.ZERO, Duration.ZERO, Duration.ZERO);
}
