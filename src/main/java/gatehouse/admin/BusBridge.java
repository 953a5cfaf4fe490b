package gatehouse.admin;

import gatehouse.config.BridgeConfig;
import gatehouse.exchange.RequestIds;
import gatehouse.listener.BindException;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.registry.Change;
import gatehouse.registry.Following;
import gatehouse.registry.Registry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandlerOptions;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridge from the event bus to clients in other languages: SockJS over WebSocket, and the messages that Vert.x's own bridge
 * speaks. That one would forward whatever its client says, in nobody's name, and keep whatever the client does not take; so
 * here each message is read strictly and done for the token it came with, by this node. Confined to one event loop.
 */
final class BusBridge {
    private static final Logger LOG = LoggerFactory.getLogger(BusBridge.class);
    private static final String PATH = "/eventbus";
    private static final int IDLE_SECONDS = 75;
    private static final long LONGEST_LOOK_MILLIS = 1000;

    /** SockJS writes texts within texts, where a character may become six. */
    private static final int MOST_FRAME = 6 * BridgeClient.MOST_BYTES;

    private final Vertx vertx;
    private final AdminNode node;
    private final Registry registry;
    private final BridgeConfig config;
    private final SiteGuard site;
    private final TokenGuard tokens;
    private final Set<BridgeClient> clients = new LinkedHashSet<>();
    private final AtomicBoolean nudged = new AtomicBoolean();
    private final Context loop;
    private @Nullable Following following;
    private AdminPort.@Nullable Serving serving;
    private long timer;
    private long told;
    private boolean left;

    BusBridge(Vertx vertx, AdminNode node, Registry registry, BridgeConfig config, FailedTries tries) {
        this.vertx = vertx;
        this.node = node;
        this.registry = registry;
        this.config = config;
        site = new SiteGuard(config.listen());
        tokens = new TokenGuard(node, site.isLoopback(), tries);
        loop = node.bridge().loop();
    }

    /** Completes once clients can come. */
    Future<?> start() {
        var problems = new AdminProblems();
        var listen = config.listen();
        var most = Connections.mostBeside(config.clients());
        var taking = new AdminPort.Serving(router(problems), problems::answerInvalid, () -> most);
        serving = taking;
        loop.runOnContext(go -> begin());
        return node.bridge()
                .serve(listen, options(), taking)
                .onSuccess(port -> {
                    node.bridgeBound().accept(port);
                    LOG.info("registry bridge on {}, port {}", listen, port);
                })
                .recover(cause -> {
                    end();
                    return Future.failedFuture(new BindException("registry.bridge", listen, cause));
                });
    }

    private static HttpServerOptions options() {
        return new HttpServerOptions()
                .setHttp2ClearTextEnabled(false)
                .setIdleTimeout(IDLE_SECONDS)
                .setMaxWebSocketFrameSize(MOST_FRAME)
                .setMaxWebSocketMessageSize(MOST_FRAME)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setTracingPolicy(TracingPolicy.IGNORE);
    }

    private Router router(AdminProblems problems) {
        var router = Router.router(vertx);
        router.route().handler(new Entrance(vertx, site, new RequestIds())).failureHandler(problems::answer);
        problems.takeOver(router);
        router.route().handler(this::check);
        var transports = new SockJSHandlerOptions();
        List.of("XHR", "EVENT_SOURCE", "HTML_FILE", "JSON_P").forEach(transports::addDisabledTransport);
        router.route(PATH + "/*")
                .subRouter(SockJSHandler.create(vertx, transports).socketHandler(this::opened));
        return router;
    }

    /** Of SockJS there are its greeting, without which its clients do not begin, and WebSockets. */
    private void check(RoutingContext context) {
        var path = context.request().path();
        if (!context.request().method().equals(HttpMethod.GET)
                || !(path.equals(PATH + "/info") || (path.startsWith(PATH) && path.endsWith("/websocket")))) {
            throw Problem.notFound("Nothing is served under this path.").asFailure();
        }
        site.checkUpgrade(context.request());
        if (clients.size() >= config.clients()) {
            throw Problem.unavailable(
                            "too-many-clients",
                            "So many clients are at the bridge already that no more can.",
                            1,
                            Origin.GATEWAY)
                    .asFailure();
        }
        context.next();
    }

    private void opened(SockJSSocket socket) {
        var client = new BridgeClient(registry, tokens, socket, System.nanoTime());
        clients.add(client);
        socket.closeHandler(closed -> gone(client))
                .exceptionHandler(broken -> client.close())
                .handler(data -> client.receive(data, System.nanoTime()));
    }

    private void gone(BridgeClient client) {
        clients.remove(client);
        endIfLeft();
    }

    private void begin() {
        if (left) {
            return;
        }
        told = registry.index();
        following = registry.follow(() -> {
            if (nudged.compareAndSet(false, true)) { // what comes until then is told with it
                loop.runOnContext(go -> tell());
            }
        });
        var idle = config.idle();
        timer = vertx.setPeriodic(Math.max(1, Math.min(LONGEST_LOOK_MILLIS, idle.toMillis() / 2)), due -> {
            var now = System.nanoTime();
            List.copyOf(clients).stream()
                    .filter(client -> client.isIdle(now, idle.toNanos()))
                    .forEach(BridgeClient::close);
        });
    }

    private void tell() {
        nudged.set(false);
        var news = registry.atOnce(() -> {
            var changes = registry.since(told);
            told = registry.index();
            return changes;
        });
        var listeners =
                List.copyOf(clients).stream().filter(BridgeClient::listens).toList();
        if (!listeners.isEmpty()) {
            for (var change : news.orElse(List.of())) { // a gap in the numbers says that there was more
                var text = text(change);
                listeners.forEach(client -> client.send(text));
            }
        }
    }

    private static String text(Change change) {
        return new JsonObject()
                .put("type", "rec")
                .put("address", BridgeClient.CHANGED)
                .put("body", new JsonObject(change.toFields()))
                .encode();
    }

    /** Takes no new clients; those who are there are told on until they go, or until nobody serves the port any more. */
    Future<Void> leave() {
        end();
        return node.bridge().leave(serving);
    }

    private void end() {
        loop.runOnContext(go -> {
            left = true;
            endIfLeft();
        });
    }

    private void endIfLeft() {
        if (left && clients.isEmpty() && following != null) {
            following.end();
            following = null;
            vertx.cancelTimer(timer);
        }
    }
}
