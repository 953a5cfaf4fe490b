package gatehouse.admin;

import gatehouse.config.AdminConfig.Role;
import gatehouse.config.ConfigException;
import gatehouse.config.ConfigProblem;
import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.Explainer;
import io.netty.util.NetUtil;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Questions that change nothing: where a request would go, and whether a configuration would be taken. */
final class ExplainApi {
    /** The verticle's own, so that checks of all requests stand in one queue and don't take all workers. */
    private final Context queue;

    private final AdminNode node;

    ExplainApi(Vertx vertx, AdminNode node) {
        this.queue = vertx.getOrCreateContext();
        this.node = node;
    }

    void add(Endpoints endpoints) {
        endpoints.submit(HttpMethod.POST, "/admin/v1/explain", Role.READ, Bodies.Kind.JSON, this::explain);
        endpoints.submit(HttpMethod.POST, "/admin/v1/config/check", Role.READ, Bodies.Kind.DOCUMENT, this::check);
    }

    private void explain(RoutingContext context) {
        var body = JsonBody.of(context, "method", "url", "headers", "client", "as");
        var url = body.text("url");
        if (url == null) {
            throw JsonBody.refused("url", "is missing");
        }
        var client = Objects.requireNonNullElse(body.text("client"), "127.0.0.1");
        if (!NetUtil.isValidIpV4Address(client) && !NetUtil.isValidIpV6Address(client)) {
            throw JsonBody.refused("client", "is not an IP address");
        }
        var method = Objects.requireNonNullElse(body.text("method"), "GET");
        var snapshot = node.snapshots().current();
        var explainer = new Explainer(snapshot.blueprint());
        var as = body.text("as");
        if (as != null && !snapshot.config().consumers().containsKey(as)) {
            throw JsonBody.refused("as", "is not the name of a consumer");
        }
        var identity = explainer.identity(as, Map.of());
        var answer = explainer.explain(method, url, body.texts("headers"), client, identity);
        Answers.json(context, json(answer, new Secrets(snapshot)));
    }

    private static JsonObject json(Explainer.Answer answer, Secrets secrets) {
        var json = new JsonObject().put("listener", answer.listener());
        putIfPresent(json, "route", answer.route());
        putIfPresent(json, "service", answer.service());
        putIfPresent(json, "upstreamPath", answer.upstreamPath());
        putIfPresent(json, "status", answer.status());
        putIfPresent(json, "allow", answer.allow());
        putIfPresent(json, "detail", answer.detail());
        var policies = new JsonArray();
        answer.policies()
                .forEach(policy -> policies.add(
                        new JsonObject().put("key", policy.key()).put("settings", secrets.hideIn(policy.settings()))));
        var lost = new JsonArray();
        answer.lost()
                .forEach(route ->
                        lost.add(new JsonObject().put("route", route.route()).put("why", secrets.hideIn(route.why()))));
        return json.put("policies", policies).put("lost", lost);
    }

    private static void putIfPresent(JsonObject json, String key, @Nullable Object value) {
        if (value != null) {
            json.put(key, value);
        }
    }

    /**
     * Checks a document without taking anything over. It sees an empty environment and no files, since whoever may ask this
     * need not be allowed to know either: <code>${env:NAME}</code> without a default and <code>${file:PATH}</code> are
     * problems here even where they would be fine in the gateway's own file.
     */
    private void check(RoutingContext context) {
        var text = Bodies.text(context);
        var folder = node.snapshots().current().blueprint().folder();
        queue.executeBlocking(() -> problems(text, folder))
                .onSuccess(problems -> Answers.json(
                        context,
                        new JsonObject().put("ok", problems.isEmpty()).put("problems", Answers.problems(problems))))
                .onFailure(context::fail);
    }

    private static List<ConfigProblem> problems(String text, Path folder) {
        try {
            Blueprint.parse("document", text, folder, Overrides.SEALED);
            return List.of();
        } catch (ConfigException e) {
            return e.problems();
        }
    }
}
