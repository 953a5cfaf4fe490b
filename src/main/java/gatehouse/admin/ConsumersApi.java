package gatehouse.admin;

import gatehouse.config.ConsumerConfig;
import gatehouse.problem.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** The consumers in force. Of keys only the number is told: a hash can be guessed against. */
final class ConsumersApi {
    private final AdminNode node;

    ConsumersApi(AdminNode node) {
        this.node = node;
    }

    void add(Endpoints endpoints) {
        endpoints.read("/admin/v1/consumers", this::all);
        endpoints.read("/admin/v1/consumers/:name", this::one);
    }

    private void all(RoutingContext context) {
        var snapshot = node.snapshots().current();
        var items = snapshot.config().consumers().entrySet().stream()
                .map(consumer -> item(consumer.getKey(), consumer.getValue()))
                .toList();
        Answers.list(context, items, snapshot.number());
    }

    private void one(RoutingContext context) {
        var name = context.pathParam("name");
        var consumer = node.snapshots().current().config().consumers().get(name);
        if (consumer == null) {
            throw Problem.notFound("There is no consumer of this name.").asFailure();
        }
        Answers.json(context, item(name, consumer));
    }

    private static JsonObject item(String name, ConsumerConfig consumer) {
        var item = new JsonObject()
                .put("name", name)
                .put("groups", new JsonArray(consumer.groups()))
                .put("keys", consumer.keys().size());
        return consumer.subject() == null ? item : item.put("subject", consumer.subject());
    }
}
