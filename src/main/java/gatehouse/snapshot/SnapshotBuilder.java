package gatehouse.snapshot;

import gatehouse.cache.Ingredients;
import gatehouse.cache.ResponseCache;
import gatehouse.cache.Terms;
import gatehouse.cluster.Cluster;
import gatehouse.config.PolicySet;
import gatehouse.config.RouteConfig;
import gatehouse.config.ServiceConfig;
import gatehouse.config.Template;
import gatehouse.exchange.RequestHead;
import gatehouse.files.FileSite;
import gatehouse.forward.Breaker;
import gatehouse.forward.Interceptors;
import gatehouse.forward.Mirror;
import gatehouse.forward.MirrorTally;
import gatehouse.forward.Plan;
import gatehouse.forward.Retry;
import gatehouse.forward.RetryBudget;
import gatehouse.forward.Timeouts;
import gatehouse.policy.Kept;
import gatehouse.policy.NamedFiles;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Revocations;
import gatehouse.policy.Surroundings;
import gatehouse.policy.cache.Caching;
import gatehouse.policy.cache.Changing;
import gatehouse.policy.cache.Shelves;
import gatehouse.policy.edit.RequestEdits;
import gatehouse.policy.edit.ResponseEdits;
import gatehouse.registry.Registry;
import gatehouse.route.RouteTable;
import gatehouse.rpc.Transcoder;
import gatehouse.service.Service;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.httpproxy.ProxyInterceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
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
    private final Revocations revocations;
    private final Cluster cluster;
    private final Kept kept = new Kept();
    private final ResponseCache cache;

    /**
     * @param stickyKey signs cookies of services without a key of their own; asked for when there is one
     * @param nanoTime a clock such as {@link System#nanoTime}
     * @param registry followed by services that say so
     * @param revocations tokens that are not taken any more
     * @param cluster the other nodes, if there are any
     * @param cache where routes that say so store answers
     */
    public SnapshotBuilder(
            Vertx vertx,
            Supplier<byte[]> stickyKey,
            LongSupplier nanoTime,
            Registry registry,
            Revocations revocations,
            Cluster cluster,
            ResponseCache cache) {
        this.vertx = vertx;
        this.stickyKey = stickyKey;
        this.nanoTime = nanoTime;
        this.registry = registry;
        this.revocations = revocations;
        this.cluster = cluster;
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
        var surroundings = surroundings(blueprint);
        var shelves = storesAnswers(blueprint) ? new Shelves() : null;
        blueprint
                .config()
                .routes()
                .keySet()
                .forEach(name -> routes.put(
                        name,
                        route(blueprint, name, services, interceptors, surroundings.of(name), shelves, previous)));
        var tables = new LinkedHashMap<String, RouteTable<Route>>();
        for (var listener : blueprint.config().listeners().keySet()) {
            var builder = new RouteTable.Builder<Route>(listener);
            routes.forEach((name, route) -> {
                if (Blueprint.serves(blueprint.config(), listener, route.config())) {
                    builder.add(name, route.config().match(), route.config().priority(), route);
                }
            });
            tables.put(listener, builder.build());
        }
        if (shelves != null) {
            shelves.fill(tables.values().stream().map(SnapshotBuilder::steps).toList());
        }
        var number = previous == null ? 1 : previous.number() + 1;
        var snapshot = new Snapshot(number, blueprint, services, routes, tables);
        return Future.join(services.values().stream().map(Service::ready).toList())
                .map(snapshot);
    }

    private static boolean storesAnswers(Blueprint blueprint) {
        return blueprint.effective().values().stream()
                .anyMatch(effective -> effective.get(Policies.CACHE.key(), Terms.class) != null);
    }

    private static BiPredicate<RequestHead, Predicate<@Nullable Policy>> steps(RouteTable<Route> table) {
        return (head, test) ->
                table.hasAt(head, route -> test.test(route.steps().get(Policies.CACHE)));
    }

    private Surroundings surroundings(Blueprint blueprint) {
        return new Surroundings(
                vertx,
                new NamedFiles(blueprint.folder(), false),
                InstantSource.system(),
                nanoTime,
                blueprint.config().consumers(),
                kept,
                revocations,
                cluster,
                "");
    }

    /** By service; made before anything is started, as a constructor may fail. */
    private static Map<String, List<ProxyInterceptor>> interceptors(Blueprint blueprint, @Nullable Snapshot previous) {
        var interceptors = new HashMap<String, List<ProxyInterceptor>>();
        if (previous != null) {
            var now = blueprint.config().services();
            for (var route : previous.routes().values()) {
                for (var plan : route.plans()) {
                    if (plan.service().config().equals(now.get(plan.service().name()))) {
                        interceptors.put(plan.service().name(), plan.interceptors());
                    }
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
            var tls = blueprint.tls().services().get(name);
            services.put(
                    name,
                    before != null && before.config().equals(config) && Objects.equals(before.tls(), tls)
                            ? before
                            : Service.start(vertx, name, config, tls, stickyKey(config), nanoTime, registry));
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
            Surroundings surroundings,
            @Nullable Shelves shelves,
            @Nullable Snapshot previous) {
        var config = Objects.requireNonNull(blueprint.config().routes().get(name));
        var effective = Objects.requireNonNull(blueprint.effective().get(name));
        var before = previous == null ? null : previous.routes().get(name);
        var steps = new LinkedHashMap<PolicyType<?>, Policy>();
        for (var type : Policies.ALL) {
            var settings = effective.get(type.key(), type.config());
            if (settings != null) {
                var same = before == null || type.renewed()
                        ? null
                        : settings.equals(before.effective().get(type.key(), type.config()))
                                ? before.steps().get(type)
                                : null;
                steps.put(type, same == null ? build(type, settings, effective, surroundings) : same);
            }
        }
        var policy = List.copyOf(new ArrayList<>(steps.values())).stream().reduce(Policy.NONE, Policy::around);
        var behindCache = steps.entrySet().stream()
                .dropWhile(step -> !step.getKey().key().equals(Policies.CACHE.key()))
                .skip(1)
                .map(Map.Entry::getValue)
                .reduce(Policy.NONE, Policy::around);
        if (shelves != null && !steps.containsKey(Policies.CACHE)) {
            policy = policy.around(new Changing(shelves));
        }
        var to = destination(blueprint, name, config, effective, services, interceptors, before);
        var carriesCalls = !config.match().grpc().isEmpty()
                || config.to().services().stream()
                        .map(service -> services.get(service))
                        .anyMatch(service ->
                                service != null && service.config().protocol() == ServiceConfig.ServiceProtocol.GRPC);
        return new Route(name, config, effective, steps, policy, behindCache, to, carriesCalls);
    }

    private Policy build(PolicyType<?> type, Record settings, PolicySet effective, Surroundings surroundings) {
        return settings instanceof Terms terms
                ? new Caching(cache, terms, ingredients(effective))
                : type.build(settings, surroundings);
    }

    /** What the edits that stand behind the cache make of who calls. */
    private static Ingredients ingredients(PolicySet effective) {
        var request = effective.get(RequestEdits.TYPE.key(), RequestEdits.Config.class);
        var response = effective.get(ResponseEdits.TYPE.key(), ResponseEdits.Config.class);
        var values = new ArrayList<Template.Part>();
        var fields = new HashSet<String>();
        if (request != null) {
            request.ofTarget().forEach(template -> values.addAll(template.parts()));
            request.ofFields().stream()
                    .filter(field -> Ingredients.isOfCaller(field.getValue()))
                    .forEach(field -> fields.add(field.getKey().toLowerCase(Locale.ROOT)));
        }
        if (response != null) {
            Template.in(response).forEach(template -> values.addAll(template.parts()));
        }
        values.removeIf(Ingredients::isInKey);
        return new Ingredients(values, fields);
    }

    private Route.Destination destination(
            Blueprint blueprint,
            String name,
            RouteConfig config,
            PolicySet effective,
            Map<String, Service> services,
            Map<String, List<ProxyInterceptor>> interceptors,
            @Nullable Route before) {
        var to = config.to();
        if (to.isForward()) {
            return new Route.ToAnywhere();
        }
        if (to.service() != null) {
            return new Route.ToService(plan(name, to.service(), services, interceptors, effective, before));
        }
        if (to.rpc() != null) {
            return new Route.ToRpc(
                    transcoder(blueprint, config, effective),
                    plan(name, to.rpc(), services, interceptors, effective, before));
        }
        if (!to.split().isEmpty()) {
            var plans = new LinkedHashMap<String, Plan>();
            to.split()
                    .keySet()
                    .forEach(service -> plans.put(
                            service,
                            plan(name, service, services, interceptors, blueprint.effective(config, service), before)));
            return new Route.ToSplit(new Split(name, to, plans));
        }
        if (to.files() != null) {
            return new Route.ToFiles(new FileSite(
                    vertx,
                    blueprint.folder().resolve(to.files()),
                    to.index(),
                    config.match().path()));
        }
        if (to.topic() != null) {
            return new Route.ToTopic(to.topic());
        }
        return new Route.ToAnswer(new Answer(to));
    }

    private static Transcoder transcoder(Blueprint blueprint, RouteConfig config, PolicySet effective) {
        var calls = Route.calls(effective);
        var timeouts = effective.get(Timeouts.TYPE.key(), Timeouts.class);
        try {
            return new Transcoder(
                    config.to().hasSchemaFile()
                            ? Schemas.read(
                                    new NamedFiles(blueprint.folder(), false),
                                    Objects.requireNonNull(config.to().schema()))
                            : null,
                    calls.message().bytes(),
                    calls.deadline().toNanos(),
                    timeouts == null ? 0 : timeouts.total().toNanos());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Plan plan(
            String route,
            String serviceName,
            Map<String, Service> services,
            Map<String, List<ProxyInterceptor>> interceptors,
            PolicySet effective,
            @Nullable Route before) {
        var service = Objects.requireNonNull(services.get(serviceName));
        var timeouts = effective.get(Timeouts.TYPE.key(), Timeouts.class);
        var retry = effective.get(Retry.TYPE.key(), Retry.class);
        var breaker = effective.get(Policies.BREAKER.key(), Breaker.Config.class);
        var mirror = effective.get(Mirror.TYPE.key(), Mirror.Config.class);
        var old = before == null ? null : before.planFor(service);
        var keepBreaker = old != null
                && Objects.equals(
                        breaker, old.breaker() == null ? null : old.breaker().config());
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
                                : new Breaker(
                                        breaker, nanoTime, Breaker.Listener.telling(vertx, route, service.name())),
                mirror == null ? null : mirror(services, mirror, old),
                interceptors.getOrDefault(serviceName, List.of()));
    }

    private static Mirror mirror(Map<String, Service> services, Mirror.Config config, @Nullable Plan old) {
        var before = old == null ? null : old.mirror();
        return new Mirror(
                Objects.requireNonNull(services.get(config.to())),
                config,
                before == null ? new MirrorTally() : before.tally());
    }

    private static gatehouse.config.Share budget(@Nullable Retry retry) {
        return retry == null ? new gatehouse.config.Share(0) : retry.budget();
    }

    /** {@code timeout: null}: only the connect stays bounded, so that nothing waits for ever in a pool. */
    private static final Timeouts NO_TIMEOUTS =
            new Timeouts(Duration.ofSeconds(30), Duration.ZERO, Duration.ZERO, Duration.ZERO);
}
