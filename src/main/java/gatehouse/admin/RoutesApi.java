package gatehouse.admin;

import gatehouse.config.PlainRecord;
import gatehouse.forward.Breaker;
import gatehouse.problem.Problem;
import gatehouse.snapshot.Route;
import gatehouse.snapshot.Snapshot;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/** The routes in force. */
final class RoutesApi {
    private final AdminNode node;

    RoutesApi(AdminNode node) {
        this.node = node;
    }

    void add(Endpoints endpoints) {
        endpoints.read("/admin/v1/routes", this::all);
        endpoints.read("/admin/v1/routes/:name", this::one);
    }

    private void all(RoutingContext context) {
        var snapshot = node.snapshots().current();
        var items = snapshot.routes().values().stream()
                .map(route -> item(snapshot, route))
                .toList();
        Answers.list(context, items, snapshot.number());
    }

    private void one(RoutingContext context) {
        var snapshot = node.snapshots().current();
        var route = snapshot.routes().get(context.pathParam("name"));
        if (route == null) {
            throw Problem.notFound("There is no route of this name.").asFailure();
        }
        Answers.json(context, item(snapshot, route));
    }

    private static JsonObject item(Snapshot snapshot, Route route) {
        var secrets = snapshot.blueprint().secrets();
        var config = PlainRecord.of(route.config(), secrets);
        var policies = new JsonObject();
        for (var type : snapshot.blueprint().policies()) {
            var settings = route.effective().get(type.key(), type.config());
            if (settings != null) {
                policies.put(type.key(), new JsonObject(PlainRecord.of(settings, secrets)));
            }
        }
        var item = new JsonObject()
                .put("name", route.name())
                .put("match", config.get("match"))
                .put("to", to(route, PlainRecord.of(route.config().to(), secrets)))
                .put("use", config.get("use"))
                .put("priority", config.get("priority"))
                .put("policies", policies);
        if (route.to() instanceof Route.ToService service && service.plan().breaker() != null) {
            item.put("breaker", breaker(service.plan().breaker()));
        }
        return item;
    }

    /** What answers, without keys that mean nothing there. */
    private static JsonObject to(Route route, Map<String, Object> config) {
        var to = new JsonObject(config);
        if (route.config().to().files() == null) {
            to.remove("index");
        }
        if (route.config().to().redirect() == null) {
            to.remove("status");
        }
        if (route.config().to().split().isEmpty()) {
            to.remove("split");
            to.remove("sticky");
        }
        return to;
    }

    private static JsonObject breaker(Breaker breaker) {
        var state = switch (breaker.state()) {
            case CLOSED -> "closed";
            case OPEN -> "open";
            case HALF_OPEN -> "halfOpen";
        };
        return new JsonObject().put("state", state).put("retryAfterSeconds", breaker.secondsLeft());
    }
}
