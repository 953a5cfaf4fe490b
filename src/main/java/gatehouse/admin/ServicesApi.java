package gatehouse.admin;

import gatehouse.config.AdminConfig.Role;
import gatehouse.config.PlainRecord;
import gatehouse.problem.Problem;
import gatehouse.service.Service;
import gatehouse.service.Target;
import gatehouse.service.TargetStatus;
import gatehouse.snapshot.Snapshot;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The services in force with their targets as they are now, and what an operator wants of a target. */
final class ServicesApi {
    private static final Logger LOG = LoggerFactory.getLogger(ServicesApi.class);
    private static final int MAX_WEIGHT = 1000;
    private static final Map<String, Target.State> STATES = states();

    private final AdminNode node;

    ServicesApi(AdminNode node) {
        this.node = node;
    }

    private static Map<String, Target.State> states() {
        var states = new LinkedHashMap<String, Target.State>();
        for (var state : Target.State.values()) {
            states.put(word(state), state);
        }
        return states;
    }

    private static String word(Target.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    void add(Endpoints endpoints) {
        endpoints.read("/admin/v1/services", this::all);
        endpoints.read("/admin/v1/services/:name", this::one);
        endpoints.submit(
                HttpMethod.PUT, "/admin/v1/services/:name/targets/:id", Role.ADMIN, Bodies.Kind.JSON, this::setTarget);
    }

    private void all(RoutingContext context) {
        var snapshot = node.snapshots().current();
        var items = snapshot.services().values().stream()
                .map(service -> item(snapshot, service))
                .toList();
        Answers.list(context, items, snapshot.number());
    }

    private void one(RoutingContext context) {
        var snapshot = node.snapshots().current();
        Answers.json(context, item(snapshot, named(snapshot, context)));
    }

    /** Sets state, weight or both; they hold until the service's configuration changes or the node ends. */
    private void setTarget(RoutingContext context) {
        var service = named(node.snapshots().current(), context);
        var body = JsonBody.of(context, "state", "weight");
        var state = body.word("state", STATES);
        var weight = body.number("weight", 0, MAX_WEIGHT);
        if (state == null && weight == null) {
            throw Problem.unprocessable("The body has neither the field state nor the field weight.")
                    .asFailure();
        }
        var id = context.pathParam("id");
        if (weight != null && weight == 0) {
            checkWeightElsewhere(service, id);
        }
        var status = service.setTarget(id, state, weight) ? status(service, id) : null;
        if (status == null) {
            throw Problem.notFound("The service has no target of this id.").asFailure();
        }
        LOG.info(
                "admin API: {} set target {} of service {} to state {}, weight {} (request {})",
                context.<String>get(Endpoints.CALLER),
                status.id(),
                service.name(),
                word(status.state()),
                status.weight(),
                context.<String>get(Entrance.REQUEST_ID));
        AdminChange.tell(
                context,
                "target",
                Map.of(
                        "service", service.name(),
                        "target", status.id(),
                        "state", word(status.state()),
                        "weight", status.weight()));
        Answers.json(context, target(status));
    }

    /** A service in which every target has weight 0 would take no request at all. */
    private static void checkWeightElsewhere(Service service, String id) {
        var targets = service.targets();
        var exists = targets.stream().anyMatch(target -> target.id().equals(id));
        var left = targets.stream().anyMatch(target -> !target.id().equals(id) && target.weight() > 0);
        if (exists && !left) {
            throw Problem.conflict("Target " + id + " is the last one of service " + service.name()
                            + " with a weight above 0; with 0 the service would take no requests."
                            + " To take the target out all the same, set its state to draining or down.")
                    .asFailure();
        }
    }

    private static Service named(Snapshot snapshot, RoutingContext context) {
        var service = snapshot.services().get(context.pathParam("name"));
        if (service == null) {
            throw Problem.notFound("There is no service of this name.").asFailure();
        }
        return service;
    }

    private static @Nullable TargetStatus status(Service service, String id) {
        return service.targets().stream()
                .filter(target -> target.id().equals(id))
                .findFirst()
                .orElse(null);
    }

    private static JsonObject item(Snapshot snapshot, Service service) {
        var targets = new JsonArray();
        service.targets().forEach(target -> targets.add(target(target)));
        return new JsonObject()
                .put("name", service.name())
                .put(
                        "config",
                        new JsonObject(PlainRecord.of(
                                service.config(), snapshot.blueprint().secrets())))
                .put("load", load(service))
                .put("targets", targets);
    }

    private static JsonObject load(Service service) {
        var load = service.load();
        return new JsonObject()
                .put("limit", load.limit())
                .put("inFlight", load.inFlight())
                .put("waiting", load.waiting());
    }

    private static JsonObject target(TargetStatus target) {
        return new JsonObject()
                .put("id", target.id())
                .put("url", target.url())
                .put("state", word(target.state()))
                .put("weight", target.weight())
                .put("suspect", target.suspect())
                .put("healthy", target.healthy())
                .put("condition", target.condition())
                .put("ejectedForMillis", target.ejectedForMillis())
                .put("inFlight", target.inFlight())
                .put("requests", target.requests())
                .put("failures", target.failures())
                .put("lastFailure", target.lastFailure());
    }
}
