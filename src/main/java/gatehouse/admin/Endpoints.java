package gatehouse.admin;

import gatehouse.config.AdminConfig.Role;
import gatehouse.problem.Problem;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/** The paths of the API; each says when it is added who may call it. */
final class Endpoints {
    static final String CALLER = "caller";

    /** The role of the caller's token. */
    static final String ROLE = "role";

    private final Router router;
    private final TokenGuard tokens;
    private final Map<String, TreeSet<String>> methods = new LinkedHashMap<>();

    Endpoints(Router router, TokenGuard tokens) {
        this.router = router;
        this.tokens = tokens;
    }

    /** A read without a token. */
    void open(String path, Handler<RoutingContext> handler) {
        route(path, HttpMethod.GET, handler);
        route(path, HttpMethod.HEAD, handler);
    }

    /** A read. */
    void read(String path, Handler<RoutingContext> handler) {
        open(path, context -> {
            admit(context, Role.READ);
            handler.handle(context);
        });
    }

    /** A request that changes something and needs no body. */
    void act(HttpMethod method, String path, Role needed, Handler<RoutingContext> handler) {
        route(path, method, context -> {
            admit(context, needed);
            handler.handle(context);
        });
    }

    /** A request that changes something and may have a body. */
    void actWith(HttpMethod method, String path, Role needed, Bodies.Kind body, Handler<RoutingContext> handler) {
        route(path, method, context -> {
            admit(context, needed);
            context.next();
        });
        router.route(method, path).handler(body.reader());
        router.route(method, path).handler(context -> {
            if (!Bodies.isEmpty(context)) {
                Bodies.expect(context, body);
            }
            handler.handle(context);
        });
    }

    /** A request with a body. */
    void submit(HttpMethod method, String path, Role needed, Bodies.Kind body, Handler<RoutingContext> handler) {
        route(path, method, context -> {
            admit(context, needed);
            Bodies.expect(context, body);
            context.next();
        });
        router.route(method, path).handler(body.reader());
        router.route(method, path).handler(handler);
    }

    private void admit(RoutingContext context, Role needed) {
        var admitted = tokens.admit(context.request(), needed);
        context.put(CALLER, admitted.name());
        context.put(ROLE, admitted.role());
    }

    private void route(String path, HttpMethod method, Handler<RoutingContext> handler) {
        methods.computeIfAbsent(path, first -> new TreeSet<>()).add(method.name());
        router.route(method, path).handler(handler);
    }

    /** Answers all that was not added. */
    void finish() {
        methods.forEach((path, allowed) -> {
            var problem = notAllowed(String.join(", ", allowed));
            router.route(path).handler(context -> {
                throw problem.asFailure();
            });
        });
        router.route().handler(context -> {
            throw Problem.notFound("Nothing is served under this path.").asFailure();
        });
    }

    private static Problem notAllowed(String allow) {
        var problem = Problem.methodNotAllowed(allow);
        return new Problem(
                problem.name(),
                problem.status(),
                problem.title(),
                "This path takes " + allow + ".",
                problem.origin(),
                problem.headers(),
                false);
    }
}
