package gatehouse.admin;

import gatehouse.config.AdminConfig.Role;
import gatehouse.config.ConfigException;
import gatehouse.problem.Problem;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the configuration's files again when it is asked to, and tells what came of it. Confined to one event loop. */
final class ReloadApi {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadApi.class);

    private final ContextInternal loop;
    private final AdminNode node;

    ReloadApi(Vertx vertx, AdminNode node) {
        this.loop = (ContextInternal) vertx.getOrCreateContext();
        this.node = node;
    }

    void add(Endpoints endpoints) {
        endpoints.act(HttpMethod.POST, "/admin/v1/reload", Role.ADMIN, this::reload);
    }

    private void reload(RoutingContext context) {
        LOG.info(
                "admin API: {} reloads the configuration (request {})",
                context.<String>get(Endpoints.CALLER),
                context.<String>get(Entrance.REQUEST_ID));
        var answered = loop.<Void>promise();
        node.reload().get().onComplete(answered); // from whatever thread
        answered.future()
                .onSuccess(done -> Answers.json(
                        context,
                        new JsonObject()
                                .put("snapshot", node.snapshots().current().number())))
                .onFailure(cause -> refuse(context, cause));
    }

    private static void refuse(RoutingContext context, Throwable cause) {
        if (!(cause instanceof ConfigException wrong)) {
            context.fail(cause);
            return;
        }
        var problem = Problem.unprocessable("The configuration is not taken, the former one stays in force.");
        var body = new JsonObject(problem.toJson(context.get(Entrance.REQUEST_ID)))
                .put("problems", Answers.problems(wrong.problems()));
        context.response()
                .setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(body.encode());
    }
}
