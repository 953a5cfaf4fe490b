package gatehouse.admin;

import gatehouse.config.ConfigProblem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** Answers in JSON. */
final class Answers {
    private Answers() {}

    static void json(RoutingContext context, JsonObject body) {
        json(context, 200, body);
    }

    static void json(RoutingContext context, int status, JsonObject body) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(body.encode());
    }

    /** A list, and the number of the snapshot that it was taken from. */
    static void list(RoutingContext context, List<JsonObject> items, long index) {
        json(context, new JsonObject().put("items", new JsonArray(items)).put("index", index));
    }

    static JsonArray problems(List<ConfigProblem> problems) {
        var all = new JsonArray();
        problems.forEach(problem -> all.add(new JsonObject()
                .put("file", problem.place().file())
                .put("line", problem.place().line())
                .put("column", problem.place().column())
                .put("path", problem.path())
                .put("what", problem.what())
                .put("expected", problem.expected())
                .put("hint", problem.hint())));
        return all;
    }
}
