package gatehouse.admin;

import gatehouse.config.AdminConfig;
import gatehouse.config.ListenAddress;
import gatehouse.exchange.RequestIds;
import gatehouse.listener.BindException;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.ext.web.Router;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the admin API on {@code admin.listen}. The address is read at its start and kept until it is redeployed; tokens
 * are those of the configuration in force.
 */
public final class AdminVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(AdminVerticle.class);
    private static final int IDLE_SECONDS = 75;

    private static final int MAX_LINE_BYTES = 8 * 1024;
    private static final int MAX_HEADER_BYTES = 16 * 1024;

    private final AdminNode node;

    private final FailedTries tries = new FailedTries(System::nanoTime);
    private @Nullable BusBridge bridge;
    private AdminPort.@Nullable Serving serving;

    /** An instance of a deployment. */
    public AdminVerticle(AdminNode node) {
        this.node = node;
    }

    private AdminConfig admin() {
        return node.snapshots().current().config().admin();
    }

    @Override
    public Future<?> start() {
        return node.events()
                .begin(vertx, node.port(), () -> admin().events().keep())
                .compose(events -> listen(admin().listen(), events));
    }

    private Future<?> listen(ListenAddress listen, Events events) {
        var problems = new AdminProblems();
        var taking = new AdminPort.Serving(
                router(problems, new SiteGuard(listen), events), problems::answerInvalid, this::mostConnections);
        serving = taking;
        return node.port()
                .serve(listen, options(), taking)
                .onSuccess(port -> {
                    node.bound().accept(port);
                    LOG.info("admin API on {}, port {}", listen, port);
                })
                .recover(cause -> Future.failedFuture(new BindException("admin", listen, cause)))
                .compose(server -> startBridge());
    }

    private int mostConnections() {
        var config = node.snapshots().current().config();
        return Connections.mostBeside(
                config.registry().followers() + config.admin().events().clients());
    }

    private Future<?> startBridge() {
        var registry = node.registry();
        var config = node.snapshots().current().config().registry().bridge();
        if (registry == null || config == null) {
            return Future.succeededFuture();
        }
        bridge = new BusBridge(vertx, node, registry, config, tries);
        return bridge.start();
    }

    @Override
    public Future<?> stop() {
        var left = bridge == null ? Future.succeededFuture() : bridge.leave();
        return Future.join(left, node.port().leave(serving));
    }

    private Router router(AdminProblems problems, SiteGuard site, Events events) {
        var router = Router.router(vertx);
        router.route().handler(new Entrance(vertx, site, new RequestIds())).failureHandler(problems::answer);
        problems.takeOver(router);
        var tokens = new TokenGuard(node, site.isLoopback(), tries);
        var endpoints = new Endpoints(router, tokens);
        new Health(vertx, node).add(endpoints);
        new Dashboard().add(endpoints);
        new StatusApi(node).add(endpoints);
        new VerticlesApi(node).add(endpoints);
        new ReloadApi(vertx, node).add(endpoints);
        new LimitsApi(node).add(endpoints);
        new RoutesApi(node).add(endpoints);
        new ServicesApi(node).add(endpoints);
        new ConsumersApi(node).add(endpoints);
        new RevocationsApi(node, InstantSource.system()).add(endpoints);
        new CacheApi(node).add(endpoints);
        new ExplainApi(vertx, node).add(endpoints);
        new TopicsApi(node.publish()).add(endpoints);
        new EventsApi(vertx, events, node.port().lingering(), () -> admin().events()).add(endpoints);
        var registry = node.registry();
        if (registry != null) {
            new RegistryApi(
                            registry,
                            new RegistryFollowers(vertx, registry, node.port().lingering()))
                    .add(endpoints);
        }
        endpoints.finish();
        return router;
    }

    private static HttpServerOptions options() {
        return new HttpServerOptions()
                .setHttp2ClearTextEnabled(false)
                .setIdleTimeout(IDLE_SECONDS)
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setTracingPolicy(TracingPolicy.IGNORE);
    }
}
