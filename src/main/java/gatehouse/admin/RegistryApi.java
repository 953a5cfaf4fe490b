package gatehouse.admin;

import gatehouse.config.AdminConfig.Role;
import gatehouse.config.VersionRange;
import gatehouse.problem.Problem;
import gatehouse.registry.Grant;
import gatehouse.registry.Instance;
import gatehouse.registry.InstanceName;
import gatehouse.registry.Listing;
import gatehouse.registry.Registrant;
import gatehouse.registry.Registry;
import gatehouse.registry.ServiceName;
import gatehouse.registry.Submission;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Registers, renews, changes and lists instances. */
final class RegistryApi {
    private static final String SERVICES = "/registry/v1/:domain/services";
    private static final String SERVICE = SERVICES + "/:name";
    private static final String INSTANCE = SERVICE + "/instances/:id";
    private static final String INDEX = "X-Index";

    private final Registry registry;
    private final RegistryFollowers followers;

    RegistryApi(Registry registry, RegistryFollowers followers) {
        this.registry = registry;
        this.followers = followers;
    }

    /** What there was at an index. */
    private record Seen<T>(List<T> items, long index) {}

    void add(Endpoints endpoints) {
        endpoints.submit(HttpMethod.PUT, INSTANCE, Role.REGISTER, Bodies.Kind.JSON, this::register);
        endpoints.actWith(HttpMethod.PUT, INSTANCE + "/heartbeat", Role.REGISTER, Bodies.Kind.JSON, this::renew);
        endpoints.submit(HttpMethod.PATCH, INSTANCE, Role.REGISTER, Bodies.Kind.JSON, this::update);
        endpoints.actWith(HttpMethod.DELETE, INSTANCE, Role.REGISTER, Bodies.Kind.JSON, this::deregister);
        endpoints.read(INSTANCE, this::instance);
        endpoints.read(SERVICES, this::services);
        endpoints.read(SERVICE, this::service);
        endpoints.read("/registry/v1/:domain/watch", context -> followers.watch(context, domain(context)));
    }

    private void register(RoutingContext context) {
        var fields = JsonBody.plain(context);
        var lease = lease(context, fields);
        if (lease != null) {
            fields.put("lease", lease);
        }
        var wanted = Submission.registration(name(context), fields, registry.config());
        var grant = registry.register(wanted, registrant(context));
        answer(context, grant.created() ? 201 : 200, grant);
    }

    private void renew(RoutingContext context) {
        answer(context, 200, registry.renew(name(context), toldLease(context), registrant(context)));
    }

    private void update(RoutingContext context) {
        var update = Submission.update(JsonBody.plain(context), registry.config());
        answer(context, 200, registry.update(name(context), update, lease(context, Map.of()), registrant(context)));
    }

    private void deregister(RoutingContext context) {
        var index = registry.deregister(name(context), toldLease(context), registrant(context));
        context.response()
                .putHeader(INDEX, Long.toString(index))
                .setStatusCode(204)
                .end();
    }

    private void instance(RoutingContext context) {
        var found = registry.find(name(context));
        if (found == null) {
            throw Problem.notFound("There is no instance of this name.").asFailure();
        }
        Answers.json(context, new JsonObject(found.toFields()));
    }

    private void services(RoutingContext context) {
        var domain = domain(context);
        var seen = registry.atOnce(() -> new Seen<>(registry.services(domain), registry.index()));
        var items = seen.items.stream()
                .map(service -> new JsonObject(service.toFields()))
                .toList();
        list(context, items, seen.index);
    }

    private void service(RoutingContext context) {
        var name = serviceName(context);
        var range = range(context);
        var passing = flag(context, "passing");
        followers.afterChange(context, name, () -> answer(context, name, range, passing));
    }

    private void answer(RoutingContext context, ServiceName name, @Nullable VersionRange range, boolean passing) {
        var seen = registry.atOnce(() -> new Seen<>(registry.list(name), registry.index()));
        var items = new ArrayList<JsonObject>();
        for (var listing : seen.items) {
            if ((!passing || passes(listing)) && fits(listing.instance(), range)) {
                items.add(new JsonObject(listing.toFields()));
            }
        }
        list(context, items, seen.index);
    }

    private static boolean passes(Listing listing) {
        return !listing.suspect() && listing.instance().state() == Instance.State.UP;
    }

    private static boolean fits(Instance instance, @Nullable VersionRange range) {
        var version = instance.version();
        return range == null || (version != null && range.contains(version));
    }

    private static void list(RoutingContext context, List<JsonObject> items, long index) {
        context.response().putHeader(INDEX, Long.toString(index));
        Answers.list(context, items, index);
    }

    private static void answer(RoutingContext context, int status, Grant grant) {
        context.response().putHeader(INDEX, Long.toString(grant.index()));
        Answers.json(context, status, new JsonObject(grant.toFields()));
    }

    private static InstanceName name(RoutingContext context) {
        return new InstanceName(serviceName(context), Submission.name("id", context.pathParam("id")));
    }

    private static ServiceName serviceName(RoutingContext context) {
        return new ServiceName(domain(context), Submission.name("name", context.pathParam("name")));
    }

    private static String domain(RoutingContext context) {
        return Submission.name("domain", context.pathParam("domain"));
    }

    private static Registrant registrant(RoutingContext context) {
        Role role = context.get(Endpoints.ROLE);
        return new Registrant(context.get(Endpoints.CALLER), role == Role.ADMIN);
    }

    /** The fencing number of a request whose body, where it has one, says nothing else. */
    private static @Nullable Long toldLease(RoutingContext context) {
        var fields = Bodies.isEmpty(context) ? Map.<String, Object>of() : JsonBody.plain(context);
        return lease(context, Submission.leaseAlone(fields));
    }

    /** The fencing number behind the question mark or in the body; where it stands in both, it has to be the same. */
    private static @Nullable Long lease(RoutingContext context, Map<String, ?> fields) {
        var inBody = Submission.lease(fields.get("lease"));
        var text = Queries.one(context, "lease");
        if (text == null) {
            return inBody;
        }
        var lease = Submission.lease(Queries.number("lease", text));
        if (inBody != null && !inBody.equals(lease)) {
            throw Queries.refused("lease", "is another one than that of the body");
        }
        return lease;
    }

    private static @Nullable VersionRange range(RoutingContext context) {
        var text = Queries.one(context, "version");
        try {
            return text == null || text.isEmpty() ? null : VersionRange.parse(text);
        } catch (IllegalArgumentException e) {
            throw Queries.refused("version", "is no range such as >=2: " + e.getMessage());
        }
    }

    private static boolean flag(RoutingContext context, String name) {
        var text = Queries.one(context, name);
        if (text != null && !List.of("true", "false").contains(text)) {
            throw Queries.refused(name, "is neither true nor false");
        }
        return "true".equals(text);
    }
}
