package gatehouse.launch;

import gatehouse.admin.AdminNode;
import gatehouse.admin.AdminPort;
import gatehouse.admin.Happenings;
import gatehouse.grpc.GrpcNode;
import gatehouse.http.HttpNode;
import gatehouse.refresh.RefreshNode;
import gatehouse.registrar.RegistryNode;
import gatehouse.tcp.Guesses;
import gatehouse.tcp.TcpNode;
import gatehouse.ws.WsProxyVerticle;
import io.vertx.core.Future;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.impl.transports.IoUringTransport;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.transport.Transport;
import java.time.Instant;
import java.util.List;

/** What each edge of a node works with. */
final class Edges {
    private final Node node;
    private final NodeParts parts;
    private final AdminPort servingAdmin;
    private final AdminPort servingBridge;
    private final Happenings events = new Happenings();
    private final Guesses guesses = new Guesses();
    private final Instant startedAt = Instant.now();

    Edges(Node node, NodeParts parts) {
        this.node = node;
        this.parts = parts;
        servingAdmin = new AdminPort(parts.vertx());
        servingBridge = new AdminPort(parts.vertx());
    }

    HttpNode http() {
        return new HttpNode(
                parts.listeners(),
                parts.snapshots(),
                parts.metrics(),
                parts.accessLog(),
                parts.switchboard(),
                parts.tracing());
    }

    WsProxyVerticle ws() {
        return new WsProxyVerticle(parts.sockets(), parts.switchboard());
    }

    TcpNode tcp() {
        return new TcpNode(
                parts.listeners(), parts.snapshots(), parts.metrics(), parts.accessLog(), guesses, parts.tracing());
    }

    GrpcNode grpc() {
        return new GrpcNode(parts.listeners(), parts.snapshots(), node::isReady);
    }

    RefreshNode refresh() {
        return new RefreshNode(
                parts.cache(), parts.snapshots(), parts.listeners().lanes().size());
    }

    RegistryNode registry() {
        parts.feedRegistryMetrics();
        return new RegistryNode(
                parts.registry(), parts.dataDir().resolve("registry.json"), parts.cluster(), parts.compare());
    }

    /** Not on an event loop, as it may have to make a token. */
    AdminNode admin() {
        parts.provideAdminToken(parts.snapshots().current().config().admin());
        var transport = ((VertxInternal) parts.vertx()).transport();
        var ports = parts.ports();
        return new AdminNode(
                new AdminNode.About(Version.current(), transportName(transport), startedAt),
                parts.snapshots(),
                parts.metrics(),
                node::isReady,
                this::blockedLoops,
                node::problems,
                node::readFiles,
                new AdminNode.Verticles(this::running, node::redeploy),
                ports::listeners,
                servingAdmin,
                servingBridge,
                events,
                ports::adminAt,
                ports::bridgeAt,
                parts.cluster(),
                node.deployments().manifest().runs(BuiltIn.REGISTRY) ? parts.registry() : null,
                parts.revocations(),
                new AdminNode.Cache(parts.cache()::sample, parts.purges()::purge),
                parts.sockets().topics()::publish,
                parts::adminToken);
    }

    /** Answers whoever waits at the admin API for something to happen. */
    Future<Void> announceEnd() {
        return servingAdmin.announceEnd();
    }

    private List<AdminNode.Verticle> running() {
        return node.deployments().all().stream()
                .map(deployed -> new AdminNode.Verticle(
                        deployed.name(), deployed.entry().main(), deployed.instances(), deployed.generation()))
                .toList();
    }

    private List<String> blockedLoops() {
        return parts.loops().blocked(parts.snapshots().current().config().node().blocked());
    }

    /** As in the configuration: {@code EpollTransport} is {@code epoll}. */
    private static String transportName(Transport transport) {
        return transport instanceof IoUringTransport
                ? "io_uring"
                : transport instanceof EpollTransport ? "epoll" : "nio";
    }
}
