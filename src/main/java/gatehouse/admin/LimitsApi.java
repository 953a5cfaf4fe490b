package gatehouse.admin;

import gatehouse.snapshot.LimitLine;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** The limits and timeouts in force, as {@code check --limits} shows them. */
final class LimitsApi {
    private final AdminNode node;

    LimitsApi(AdminNode node) {
        this.node = node;
    }

    void add(Endpoints endpoints) {
        endpoints.read("/admin/v1/limits", this::all);
    }

    private void all(RoutingContext context) {
        var snapshot = node.snapshots().current();
        var items = LimitLine.all(snapshot.blueprint()).stream()
                .map(line -> new JsonObject()
                        .put("scope", line.scope())
                        .put("name", line.name())
                        .put("key", line.limit().key())
                        .put("value", line.limit().value())
                        .put("default", line.limit().byDefault())
                        .put("weaker", line.limit().isWeaker()))
                .toList();
        Answers.list(context, items, snapshot.number());
    }
}
