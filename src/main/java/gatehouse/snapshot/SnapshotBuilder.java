package gatehouse.snapshot;

import gatehouse.cache.Ingredients;
import gatehouse.cache.ResponseCache;
import gatehouse.cache.Terms;
import gatehouse.cluster.Cluster;
import gatehouse.config.PolicySet;
import gatehouse.config.ServiceConfig;
import gatehouse.config.Template;
import gatehouse.exchange.RequestHead;
import gatehouse.policy.Kept;
import gatehouse.policy.NamedFiles;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Revocations;
import gatehouse.policy.Surroundings;
import gatehouse.policy.auth.Auth;
import gatehouse.policy.cache.Caching;
import gatehouse.policy.cache.Changing;
import gatehouse.policy.cache.Shelves;
import gatehouse.policy.edit.RequestEdits;
import gatehouse.policy.edit.ResponseEdits;
import gatehouse.registry.Registry;
import gatehouse.route.RouteTable;
import gatehouse.service.Service;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
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
    private final LongSupplier nanoTime;
    private final LiveServices.Starter starter;
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
        this.nanoTime = nanoTime;
        this.starter = new LiveServices.Starter(vertx, stickyKey, nanoTime, registry);
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
        var services = starter.start(blueprint, previous);
        try {
            var snapshot = snapshot(blueprint, services, previous);
            return services.ready().map(snapshot);
        } catch (RuntimeException e) {
            services.closeStarted();
            throw e;
        }
    }

    private Snapshot snapshot(Blueprint blueprint, LiveServices services, @Nullable Snapshot previous) {
        var config = blueprint.config();
        var destinations = new Destinations(vertx, blueprint, new Plans(vertx, nanoTime, services));
        var surroundings = surroundings(blueprint);
        var shelves = storesAnswers(blueprint) ? new Shelves() : null;
        var routes = new LinkedHashMap<String, Route>();
        for (var name : config.routes().keySet()) {
            var before = previous == null ? null : previous.routes().get(name);
            routes.put(name, route(blueprint, name, services, destinations, surroundings.of(name), shelves, before));
        }
        var tables = new LinkedHashMap<String, RouteTable<Route>>();
        for (var listener : config.listeners().keySet()) {
            var builder = new RouteTable.Builder<Route>(listener);
            routes.forEach((name, route) -> {
                if (Blueprint.serves(config, listener, route.config())) {
                    builder.add(name, route.config().match(), route.config().priority(), route);
                }
            });
            tables.put(listener, builder.build());
        }
        if (shelves != null) {
            shelves.fill(tables.values().stream().map(SnapshotBuilder::steps).toList());
        }
        var number = previous == null ? 1 : previous.number() + 1;
        return new Snapshot(number, blueprint, services.all(), routes, tables);
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

    private Route route(
            Blueprint blueprint,
            String name,
            LiveServices services,
            Destinations destinations,
            Surroundings surroundings,
            @Nullable Shelves shelves,
            @Nullable Route before) {
        var config = Objects.requireNonNull(blueprint.config().routes().get(name));
        var effective = Objects.requireNonNull(blueprint.effective().get(name));
        var steps = steps(blueprint.policies(), effective, surroundings, before);
        var policy = steps.values().stream().reduce(Policy.NONE, Policy::around);
        var behindCache = steps.entrySet().stream()
                .dropWhile(step -> !step.getKey().key().equals(Policies.CACHE.key()))
                .skip(1)
                .map(Map.Entry::getValue)
                .reduce(Policy.NONE, Policy::around);
        if (shelves != null && !steps.containsKey(Policies.CACHE)) {
            policy = policy.around(new Changing(shelves));
        }
        var to = destinations.of(name, config, effective, before);
        var carriesCalls = !config.match().grpc().isEmpty()
                || config.to().services().stream()
                        .anyMatch(service -> speaksGrpc(services.all().get(service)));
        var auth = effective.get(Auth.TYPE.key(), Auth.TYPE.config());
        var secrets = auth == null ? List.<String>of() : Auth.secretParameters(auth);
        return new Route(name, config, effective, steps, policy, behindCache, to, carriesCalls, secrets);
    }

    private static boolean speaksGrpc(@Nullable Service service) {
        return service != null && service.config().protocol() == ServiceConfig.ServiceProtocol.GRPC;
    }

    /** In the order in which they run; those of which no setting has changed are the ones from before. */
    private Map<PolicyType<?>, Policy> steps(
            List<PolicyType<?>> types, PolicySet effective, Surroundings surroundings, @Nullable Route before) {
        var steps = new LinkedHashMap<PolicyType<?>, Policy>();
        for (var type : types) {
            var settings = effective.get(type.key(), type.config());
            if (settings != null) {
                var same = before == null || type.renewed() ? null : same(before, type, settings);
                steps.put(type, same == null ? build(type, settings, effective, surroundings) : same);
            }
        }
        return steps;
    }

    /** The step of before, where it is of the same code with the same settings. */
    private static @Nullable Policy same(Route before, PolicyType<?> type, Record settings) {
        var step = before.steps().get(type);
        return step != null && settings.equals(before.effective().get(type.key(), type.config())) ? step : null;
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
}
