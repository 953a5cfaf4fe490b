package gatehouse.admin;

import gatehouse.config.AdminConfig.Role;
import gatehouse.config.TopicName;
import gatehouse.problem.Problem;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BiFunction;

/** Publishes messages to clients that listen to a topic, on all nodes. */
final class TopicsApi {
    private final BiFunction<String, String, String> publish;

    /**
     * @param publish publishes a text on a topic, and says by which id
     */
    TopicsApi(BiFunction<String, String, String> publish) {
        this.publish = publish;
    }

    void add(Endpoints endpoints) {
        endpoints.submit(HttpMethod.POST, "/admin/v1/topics/:name", Role.ADMIN, Bodies.Kind.JSON, this::publish);
    }

    private void publish(RoutingContext context) {
        var name = context.pathParam("name");
        if (!TopicName.isName(name)) {
            throw Problem.unprocessable("A topic's name is up to " + TopicName.MOST
                            + " letters, digits, dots, hyphens and underscores.")
                    .asFailure();
        }
        var text = JsonBody.any(context).toString();
        Answers.json(context, 202, new JsonObject().put("id", publish.apply(name, text)));
    }
}
