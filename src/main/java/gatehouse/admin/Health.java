package gatehouse.admin;

import gatehouse.observe.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** What machines ask without a token: is it alive, is it ready, what does it count; and an index of links. */
final class Health {
    private final Vertx vertx;
    private final AdminNode node;

    Health(Vertx vertx, AdminNode node) {
        this.vertx = vertx;
        this.node = node;
    }

    void add(Endpoints endpoints) {
        endpoints.open("/", Health::index);
        endpoints.open("/health/live", this::live);
        endpoints.open("/health/ready", this::ready);
        endpoints.open("/metrics", this::metrics);
    }

    private static void index(RoutingContext context) {
        context.response().putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT);
        if (Dashboard.isWanted(context)) {
            Dashboard.page(context);
            return;
        }
        Answers.json(
                context,
                new JsonObject()
                        .put(
                                "links",
                                new JsonArray()
                                        .add("/health/live")
                                        .add("/health/ready")
                                        .add("/metrics")
                                        .add("/admin/v1/status")
                                        .add("/admin/v1/routes")
                                        .add("/admin/v1/services")
                                        .add("/admin/v1/listeners")
                                        .add("/admin/v1/consumers")
                                        .add("/admin/v1/cache")
                                        .add("/admin/v1/limits")
                                        .add("/admin/v1/events")
                                        .add("/admin/v1/verticles")));
    }

    /** Whoever can answer this is alive, unless others that carry the traffic are not. */
    private void live(RoutingContext context) {
        var blocked = node.blocked().get();
        Answers.json(
                context,
                blocked.isEmpty() ? 200 : 503,
                blocked.isEmpty()
                        ? new JsonObject().put("status", "up")
                        : new JsonObject().put("status", "down").put("blockedLoops", new JsonArray(blocked)));
    }

    private void ready(RoutingContext context) {
        var ready = node.ready().getAsBoolean();
        var checks = new JsonObject()
                .put("listeners", ready ? "up" : "down")
                // a rejected change is worth a look, but what is in force still serves
                .put("configuration", node.problems().get().isEmpty() ? "current" : "rejected");
        if (node.cluster().isShared()) {
            checks.put("clusterMembers", node.cluster().members().size()); // one alone still serves
        }
        Answers.json(
                context,
                ready ? 200 : 503,
                new JsonObject().put("status", ready ? "up" : "down").put("checks", checks));
    }

    private void metrics(RoutingContext context) {
        vertx.executeBlocking(() -> node.metrics().scrape(), false)
                .onSuccess(text -> context.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, Metrics.MEDIA_TYPE)
                        .end(text))
                .onFailure(context::fail);
    }
}
