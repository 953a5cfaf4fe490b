package gatehouse.admin;

import gatehouse.config.ListenerConfig;
import gatehouse.config.PlainRecord;
import gatehouse.problem.Problem;
import gatehouse.snapshot.Snapshot;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;

/** What this node is and what it listens on. */
final class StatusApi {
    private final AdminNode node;

    StatusApi(AdminNode node) {
        this.node = node;
    }

    void add(Endpoints endpoints) {
        endpoints.read("/admin/v1/status", this::status);
        endpoints.read("/admin/v1/listeners", this::listeners);
        endpoints.read("/admin/v1/listeners/:name", this::listener);
    }

    private Snapshot snapshot() {
        return node.snapshots().current();
    }

    private void status(RoutingContext context) {
        var snapshot = snapshot();
        var about = node.about();
        var listeners = new JsonArray();
        node.ports()
                .get()
                .forEach((name, port) ->
                        listeners.add(new JsonObject().put("name", name).put("port", port)));
        var status = new JsonObject()
                .put("node", snapshot.config().node().name())
                .put("version", about.version())
                .put("snapshot", snapshot.number())
                .put("ready", node.ready().getAsBoolean())
                .put(
                        "uptimeMillis",
                        Duration.between(about.startedAt(), Instant.now()).toMillis())
                .put("startedAt", about.startedAt().toString())
                .put("transport", about.transport())
                .put("problems", Answers.problems(node.problems().get()))
                .put("verticles", new JsonArray(VerticlesApi.items(node)))
                .put("listeners", listeners)
                .put("cluster", cluster());
        if (!snapshot.config().plugins().isEmpty()) {
            status.put("plugins", plugins(snapshot));
        }
        Answers.json(context, status);
    }

    private static JsonArray plugins(Snapshot snapshot) {
        var items = new JsonArray();
        for (var type : snapshot.blueprint().policies()) {
            var plugin = snapshot.config().plugins().get(type.key());
            if (plugin != null) {
                items.add(new JsonObject()
                        .put("name", type.key())
                        .put("main", plugin.main())
                        .put("jar", plugin.jar())
                        .put("sha256", snapshot.blueprint().digestOf(type)));
            }
        }
        return items;
    }

    private JsonObject cluster() {
        var members = new JsonArray();
        node.cluster()
                .members()
                .forEach(member -> members.add(new JsonObject()
                        .put("name", member.name())
                        .put("address", member.address())
                        .put("self", member.self())));
        return new JsonObject().put("enabled", node.cluster().isShared()).put("members", members);
    }

    private void listeners(RoutingContext context) {
        var snapshot = snapshot();
        var items = new ArrayList<JsonObject>();
        snapshot.config().listeners().forEach((name, config) -> items.add(listener(snapshot, name, config)));
        Answers.list(context, items, snapshot.number());
    }

    private void listener(RoutingContext context) {
        var snapshot = snapshot();
        var name = context.pathParam("name");
        var config = snapshot.config().listeners().get(name);
        if (config == null) {
            throw Problem.notFound("There is no listener of this name.").asFailure();
        }
        Answers.json(context, listener(snapshot, name, config));
    }

    private JsonObject listener(Snapshot snapshot, String name, ListenerConfig config) {
        var item = new JsonObject().put("name", name);
        var port = node.ports().get().get(name);
        if (port != null) {
            item.put("port", port);
        }
        item.getMap().putAll(PlainRecord.of(config, snapshot.blueprint().secrets()));
        var secrets = new Secrets(snapshot);
        var routes = new JsonArray();
        snapshot.table(name)
                .lines()
                .forEach(line -> routes.add(new JsonObject()
                        .put("route", line.route())
                        .put("host", line.host())
                        .put("path", line.path())
                        .put("conditions", secrets.hideIn(line.conditions()))
                        .put("priority", line.priority())));
        return item.put("routes", routes);
    }
}
