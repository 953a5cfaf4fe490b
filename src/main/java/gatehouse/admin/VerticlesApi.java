package gatehouse.admin;

import gatehouse.config.AdminConfig.Role;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What runs on this node, and its redeployment. */
final class VerticlesApi {
    private static final Logger LOG = LoggerFactory.getLogger(VerticlesApi.class);

    private final AdminNode node;

    VerticlesApi(AdminNode node) {
        this.node = node;
    }

    void add(Endpoints endpoints) {
        endpoints.read(
                "/admin/v1/verticles",
                context -> Answers.list(
                        context, items(node), node.snapshots().current().number()));
        endpoints.act(HttpMethod.POST, "/admin/v1/verticles/:name/redeploy", Role.ADMIN, this::redeploy);
    }

    static List<JsonObject> items(AdminNode node) {
        return node.verticles().running().get().stream().map(VerticlesApi::item).toList();
    }

    private static JsonObject item(AdminNode.Verticle verticle) {
        return new JsonObject()
                .put("name", verticle.name())
                .put("main", verticle.main())
                .put("instances", verticle.instances())
                .put("generation", verticle.generation());
    }

    /** Answers when the successor is up; the one before may still be at work then. */
    private void redeploy(RoutingContext context) {
        var name = context.pathParam("name");
        LOG.info(
                "admin API: {} redeploys {} (request {})",
                context.<String>get(Endpoints.CALLER),
                name,
                context.<String>get(Entrance.REQUEST_ID));
        node.verticles()
                .redeploy()
                .apply(name)
                .onSuccess(done -> node.verticles().running().get().stream()
                        .filter(verticle -> verticle.name().equals(name))
                        .findAny()
                        .ifPresentOrElse(
                                verticle -> Answers.json(context, item(verticle)),
                                () -> context.fail(
                                        Problem.notFound("It ended meanwhile.").asFailure())))
                .onFailure(cause -> context.fail(cause instanceof ProblemException ? cause : failed(name, cause)));
    }

    private static ProblemException failed(String name, Throwable cause) {
        LOG.error(
                "{} is not redeployed, the one before goes on",
                name,
                cause.getCause() == null ? cause : cause.getCause());
        return Problem.conflict(
                        "Its successor did not start, so the one before goes on; the log of this node says why.")
                .asFailure();
    }
}
