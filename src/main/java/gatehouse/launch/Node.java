package gatehouse.launch;

import gatehouse.admin.AdminNode;
import gatehouse.admin.AdminPort;
import gatehouse.cache.Purge;
import gatehouse.cache.ResponseCache;
import gatehouse.cluster.Cluster;
import gatehouse.config.AccessLogConfig;
import gatehouse.config.CacheConfig;
import gatehouse.config.ConfigException;
import gatehouse.config.ConfigProblem;
import gatehouse.config.GatewayConfig;
import gatehouse.grpc.GrpcNode;
import gatehouse.http.HttpNode;
import gatehouse.listener.Listeners;
import gatehouse.observe.AccessLog;
import gatehouse.observe.Metrics;
import gatehouse.observe.Tracing;
import gatehouse.policy.Revocations;
import gatehouse.policy.auth.RevocationList;
import gatehouse.policy.auth.SharedRevocations;
import gatehouse.problem.Problem;
import gatehouse.redis.RedisCommons;
import gatehouse.refresh.Purges;
import gatehouse.refresh.RefreshNode;
import gatehouse.registrar.RegistryNode;
import gatehouse.registry.AddressGuard;
import gatehouse.registry.Clocks;
import gatehouse.registry.Registry;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.Snapshot;
import gatehouse.snapshot.SnapshotBuilder;
import gatehouse.snapshot.Snapshots;
import gatehouse.snapshot.Switchboard;
import gatehouse.tcp.TcpNode;
import gatehouse.ws.OpenSockets;
import io.micrometer.core.instrument.Gauge;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.transports.IoUringTransport;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.transport.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running gateway: ports, the snapshot in force, and the verticles that the manifest names. Changes run one after
 * another; a change that fails leaves all as it was.
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /** What is under way so shortly before the end of the grace will be cut by it. */
    private static final Duration BEFORE_CUT = Duration.ofMillis(10);

    private final Vertx vertx;
    private final Cluster cluster;
    private final Path home;
    private final Path dataDir;
    private final Duration compare;
    private final Duration startTimeout;
    private final Snapshots snapshots = new Snapshots();
    private final Metrics metrics = new Metrics();
    private final Listeners listeners;
    private final Registry registry;
    private final Revocations revocations;
    private final ResponseCache cache;
    private final Purges purges;
    private final @Nullable RedisCommons redis;
    private final SnapshotBuilder builder;
    private final @Nullable AccessLog accessLog;
    private final @Nullable Tracing tracing;
    private final Switchboard switchboard;
    private final OpenSockets sockets;
    private final Deployments deployments;
    private final LoopWatch loops;
    private final Instant startedAt = Instant.now();
    private final @Nullable String adminToken;

    private volatile Map<String, Integer> ports = Map.of();
    private final AdminPort servingAdmin;
    private volatile int adminPort = -1;
    private volatile int bridgePort = -1;
    private volatile List<ConfigProblem> problems = List.of();
    private volatile List<ConfigProblem> manifestProblems = List.of();
    private volatile boolean ready;
    private volatile Supplier<Future<Void>> files = Node::noFiles;
    private Future<Void> lastChange = Future.succeededFuture();

    private Node(Vertx vertx, Cluster cluster, Path home, Blueprint blueprint, Manifest manifest, int lanes) {
        this.vertx = vertx;
        servingAdmin = new AdminPort(vertx);
        this.cluster = cluster;
        this.home = home;
        dataDir = home.resolve(blueprint.config().node().dataDir());
        compare = blueprint.config().cluster().compare();
        startTimeout = blueprint.config().node().startTimeout();
        registry = new Registry(blueprint.config().registry(), Clocks.SYSTEM);
        var list = new RevocationList(InstantSource.system());
        revocations = cluster.isShared()
                ? new SharedRevocations(list, vertx, cluster, InstantSource.system(), compare)
                : list;
        cache = new ResponseCache(
                blueprint.config().cache(),
                blueprint.config().node().name(),
                System::nanoTime,
                System::currentTimeMillis);
        purges = new Purges(
                vertx,
                cluster,
                this::purge,
                () -> snapshots.current().config().cache().confirm());
        cache.heardPurges(purges::hear);
        builder = new SnapshotBuilder(
                vertx, () -> NodeSecrets.stickyKey(dataDir), System::nanoTime, registry, revocations, cluster, cache);
        listeners = new Listeners(vertx, lanes);
        redis = share(blueprint.config());
        var log = blueprint.config().accessLog();
        accessLog = log == null ? null : open(home, log);
        switchboard = new Switchboard(lanes);
        sockets = new OpenSockets(vertx, listeners, snapshots, metrics, accessLog);
        Samples.feed(metrics, snapshots);
        if (manifest.runs("RegistryVerticle")) {
            metrics.registry(() -> Samples.registry(registry));
        }
        CacheMetrics.feed(metrics.registry(), cache);
        metrics.refused(listeners::refused);
        if (cluster.isShared()) {
            Gauge.builder(
                            "gatehouse.cluster.members",
                            cluster,
                            seen -> seen.members().size())
                    .description("Nodes of the cluster that this one sees, itself too.")
                    .register(metrics.registry());
        }
        if (accessLog != null) {
            metrics.accessLogDropped(accessLog::dropped);
        }
        adminToken = manifest.runs("AdminVerticle")
                        && blueprint.config().admin().tokens().isEmpty()
                ? NodeSecrets.adminToken(dataDir)
                : null;
        var traces = blueprint.config().tracing();
        tracing = traces == null
                ? null
                : Tracing.start(traces, blueprint.config().node().name(), Version.current(), metrics.registry());
        var side = SideLoop.beside(vertx, listeners.lanes());
        loops = new LoopWatch(metrics, listeners.lanes(), side);
        deployments = new Deployments(vertx, this, new Launcher(vertx, this, home, side), manifest);
    }

    /** What the caches of nodes have in common: a Redis, or else the cluster. */
    private @Nullable RedisCommons share(GatewayConfig config) {
        var given = config.redis();
        if (config.cache().store() == CacheConfig.Tiers.MEMORY) {
            return null;
        }
        if (given != null) {
            var opened = RedisCommons.open(vertx, given);
            cache.share(vertx, opened);
            return opened;
        }
        if (cluster.isShared()) {
            cache.share(vertx, cluster.commons());
        }
        return null;
    }

    private static AccessLog open(Path home, AccessLogConfig log) {
        try {
            return AccessLog.open(home, log);
        } catch (IOException e) {
            throw FileTrouble.of("accessLog.file", home.resolve(log.file()), e);
        }
    }

    /**
     * Starts a node.
     *
     * @param cluster the nodes that this one works with
     * @param home what relative paths of files that the node writes are relative to
     * @return completes when every listener is bound and every verticle is up
     */
    public static Future<Node> start(
            Vertx vertx, Cluster cluster, Path home, Blueprint blueprint, Manifest manifest, int lanes) {
        Node node;
        try {
            node = new Node(vertx, cluster, home, blueprint, manifest, lanes);
        } catch (NotTakenException e) {
            return Future.failedFuture(e);
        }
        return node.deployments
                .startOthers()
                .compose(others -> node.learnRevocations())
                .compose(learnt -> node.startRegistry(blueprint.config()))
                .compose(registered -> node.change(() -> node.apply(blueprint)))
                .compose(applied -> node.purges.start())
                .compose(listening -> node.deployments.startOwn())
                .map(started -> {
                    node.ready = true;
                    return node;
                })
                .recover(cause -> node.stop().transform(stopped -> Future.failedFuture(cause)));
    }

    /**
     * Puts another configuration in force. Exchanges under way keep the one that they began with; no connection drops
     * but on listeners that went.
     *
     * @return fails when a new listener can't be bound; then nothing has changed
     */
    public Future<Void> reload(Blueprint next) {
        return change(() -> apply(next).onSuccess(done -> problems = List.of()));
    }

    /** Who reads the files of the configuration again when the admin API asks for it. */
    void reloadsBy(Supplier<Future<Void>> reader) {
        files = reader;
    }

    private static Future<Void> noFiles() {
        return Future.failedFuture(Problem.conflict("The configuration of this process does not come from a file.")
                .asFailure());
    }

    /** Notes that a changed configuration was not accepted; the one in force stays. */
    public void rejected(ConfigException why) {
        problems = why.problems();
        metrics.reloadRejected();
        LOG.error("the changed configuration is rejected, the former one stays in force:\n{}", why.getMessage());
    }

    /**
     * Makes what runs here as another manifest says. What it does not change goes on.
     *
     * @return fails with {@link ConfigException} when the configuration in force needs what it lacks, and then nothing has changed;
     *     with {@link NotDeployedException} when something does not start
     */
    Future<Void> adopt(Manifest next) {
        return change(() -> {
            var dangling = Dangling.in(snapshots.current().blueprint(), next);
            return dangling.isEmpty()
                    ? deployments.adopt(next).onSuccess(done -> manifestProblems = List.of())
                    : Future.failedFuture(new ConfigException(dangling));
        });
    }

    /** Notes that a changed manifest was not accepted, or not all of it. */
    void manifestRejected(List<ConfigProblem> why) {
        manifestProblems = why;
        metrics.reloadRejected();
        why.forEach(problem -> LOG.error("the changed manifest is not in force as it stands: {}", problem));
    }

    /** Starts the successor of a verticle, and ends it when that is up. */
    public Future<Void> redeploy(String name) {
        return change(() -> deployments.redeploy(name));
    }

    /** Longest time until a verticle is up. */
    Duration startTimeout() {
        return snapshots.isEmpty()
                ? startTimeout
                : snapshots.current().config().node().startTimeout();
    }

    private synchronized Future<Void> change(Callable<Future<Void>> work) {
        lastChange = lastChange.transform(before -> {
            try {
                return work.call();
            } catch (Exception e) {
                return Future.failedFuture(e);
            }
        });
        return lastChange;
    }

    private Future<Void> learnRevocations() {
        return revocations instanceof SharedRevocations shared ? shared.begin() : Future.succeededFuture();
    }

    private Future<Void> startRegistry(GatewayConfig config) {
        adoptRegistry(config);
        return deployments.startRegistry();
    }

    private void adoptRegistry(GatewayConfig config) {
        var bridge = config.registry().bridge();
        var fromElsewhere = !config.admin().listen().isLoopback()
                || (bridge != null && !bridge.listen().isLoopback());
        var allow = config.registry().allow();
        registry.adopt(config.registry(), new AddressGuard(allow, fromElsewhere, this::isOwnPort));
    }

    private boolean isOwnPort(int port) {
        return port == adminPort
                || port == bridgePort
                || ports.containsValue(port)
                || cluster.ports().contains(port);
    }

    private Future<Void> apply(Blueprint blueprint) {
        var connections = blueprint.config().node().connections();
        if (connections != null && connections > listeners.mostConnections()) {
            return Future.failedFuture(tooManyConnections(blueprint, connections));
        }
        var dangling = Dangling.in(blueprint, deployments.manifest());
        if (!dangling.isEmpty()) {
            return Future.failedFuture(new ConfigException(dangling));
        }
        var previous = snapshots.isEmpty() ? null : snapshots.current();
        var drain = blueprint.config().node().drain();
        return listeners
                .prepare(blueprint.config().listeners(), blueprint.tls().listeners())
                .compose(change -> builder.build(blueprint, previous)
                        .compose(next -> change.leave().map(next))
                        .compose(next -> {
                            snapshots.replace(vertx, next);
                            blueprint.tls().warnings().forEach(warning -> LOG.warn("{}", warning));
                            adoptRegistry(next.config());
                            cache.adopt(
                                    next.config().cache(), next.config().node().name());
                            listeners.limitConnections(connections);
                            var closing = change.commit(drain.http(), drain.tcp());
                            ports = listeners.ports();
                            metrics.reloaded(next.number());
                            metrics.retain(
                                    next.routes().keySet(),
                                    next.services().keySet(),
                                    blueprint.config().listeners().keySet());
                            closeServices(previous, next);
                            return previous == null ? closing : Future.<Void>succeededFuture();
                        })
                        .recover(cause -> change.rollBack().transform(closed -> Future.failedFuture(cause))));
    }

    /** Each connection needs a file, and so does the one to its target. */
    private ConfigException tooManyConnections(Blueprint blueprint, int connections) {
        return new ConfigException(List.of(new ConfigProblem(
                blueprint.connections(),
                "node.connections",
                connections + " connections need more files than the " + listeners.mostFiles()
                        + " that this process may open",
                "at most " + listeners.mostConnections(),
                "`ulimit -n " + Listeners.filesFor(connections) + "` would do")));
    }

    /** Services that are gone probe no more; exchanges that began with them still pick among their targets. */
    private static void closeServices(@Nullable Snapshot previous, Snapshot next) {
        if (previous == null) {
            return;
        }
        var gone = new ArrayList<>(previous.services().values());
        gone.removeAll(next.services().values());
        gone.forEach(service -> service.close());
    }

    /**
     * Ends the node: readiness first, then no new connections, then the exchanges under way get their time.
     *
     * @return completes when all is closed, with the number of requests that were cut
     */
    public Future<Integer> stop() {
        ready = false;
        var drain =
                snapshots.isEmpty() ? null : snapshots.current().config().node().drain();
        var grace = drain == null ? Duration.ZERO : drain.http();
        var notice = drain == null ? Duration.ZERO : drain.notice();
        return vertx.timer(Math.max(1, notice.toMillis()), TimeUnit.MILLISECONDS)
                .compose(noticed -> deployments.announceEnd())
                .compose(told -> sockets.announceEnd())
                .compose(told -> Future.join(
                        closeListeners(grace, drain == null ? Duration.ZERO : drain.tcp()),
                        sockets.drained(drain == null ? Duration.ZERO : drain.webSocketsEnd())))
                .compose(closed -> sockets.close().map(done -> closed.<Integer>resultAt(0)))
                .transform(cut -> deployments
                        .stop()
                        .transform(stopped -> purges.stop())
                        .transform(stopped -> cache.unshare())
                        .transform(given -> closeRest())
                        .transform(closed -> Future.succeededFuture(cut.succeeded() ? cut.result() : 0)));
    }

    /** Completes with the number of requests that were under way when the grace was over. */
    private Future<Integer> closeListeners(Duration grace, Duration streams) {
        var late = new AtomicInteger();
        var timer = vertx.setTimer(
                Math.max(1, grace.minus(BEFORE_CUT).toMillis()), over -> late.set(metrics.requestsInFlight()));
        return listeners.close(grace, streams).map(closed -> {
            vertx.cancelTimer(timer);
            return late.get();
        });
    }

    private Future<Void> closeRest() {
        if (!snapshots.isEmpty()) {
            snapshots.current().services().values().forEach(service -> service.close());
        }
        loops.close();
        return vertx.executeBlocking(() -> {
            if (accessLog != null) {
                accessLog.close();
            }
            if (tracing != null) {
                tracing.close();
            }
            metrics.close();
            if (redis != null) {
                redis.close();
            }
            return null;
        });
    }

    /** The instances that this node knows. */
    public Registry registry() {
        return registry;
    }

    /** Tokens that are not taken any more. */
    public Revocations revocations() {
        return revocations;
    }

    /** The responses that this node stores. */
    public ResponseCache cache() {
        return cache;
    }

    /** Forgets stored responses; walks through all of them, so not on an event loop. */
    private Future<Integer> purge(Purge purge, String id) {
        return cache.forgetShared(purge, id).compose(forgot -> vertx.executeBlocking(() -> cache.purge(purge), false));
    }

    /** What the registrar works with. */
    RegistryNode registryNode() {
        return new RegistryNode(registry, dataDir.resolve("registry.json"), cluster, compare);
    }

    /** What the HTTP edge works with. */
    HttpNode httpNode() {
        return new HttpNode(listeners, snapshots, metrics, accessLog, switchboard, tracing);
    }

    /** The connections that are WebSockets now. */
    public OpenSockets openSockets() {
        return sockets;
    }

    /** Where the HTTP edge hands over what asks for a WebSocket. */
    public Switchboard switchboard() {
        return switchboard;
    }

    /** What the edge of bytes works with. */
    TcpNode tcpNode() {
        return new TcpNode(listeners, snapshots, metrics, accessLog);
    }

    /** What the gRPC edge works with. */
    GrpcNode grpcNode() {
        return new GrpcNode(listeners, snapshots, () -> ready);
    }

    /** What refreshes work with. */
    RefreshNode refreshNode() {
        return new RefreshNode(cache, snapshots, listeners.lanes().size());
    }

    /** Folder of the files that the node writes. */
    Path home() {
        return home;
    }

    /** The configuration in force. */
    public Snapshots snapshots() {
        return snapshots;
    }

    /** Counters of this node. */
    public Metrics metrics() {
        return metrics;
    }

    /** What the admin edge works with. */
    AdminNode adminNode() {
        var transport = ((VertxInternal) vertx).transport();
        return new AdminNode(
                new AdminNode.About(Version.current(), transportName(transport), startedAt),
                snapshots,
                metrics,
                () -> ready,
                this::blockedLoops,
                this::problems,
                () -> files.get(),
                new AdminNode.Verticles(
                        () -> deployments.all().stream()
                                .map(deployed -> new AdminNode.Verticle(
                                        deployed.name(),
                                        deployed.entry().main(),
                                        deployed.instances(),
                                        deployed.generation()))
                                .toList(),
                        this::redeploy),
                () -> ports,
                servingAdmin,
                port -> adminPort = port,
                port -> bridgePort = port,
                cluster,
                deployments.manifest().runs("RegistryVerticle") ? registry : null,
                revocations,
                new AdminNode.Cache(cache::sample, purges::purge),
                sockets.topics()::publish,
                adminToken);
    }

    /** As in the configuration: {@code EpollTransport} is {@code epoll}. */
    private static String transportName(Transport transport) {
        return transport instanceof IoUringTransport
                ? "io_uring"
                : transport.getClass().getSimpleName().replace("Transport", "").toLowerCase(Locale.ROOT);
    }

    /** Port of the admin API, -1 where it does not run. */
    public int adminPort() {
        return adminPort;
    }

    /** Port of the registry's bridge, -1 where there is none. */
    public int bridgePort() {
        return bridgePort;
    }

    /** Bound ports by listener. */
    public Map<String, Integer> ports() {
        return ports;
    }

    /** What was wrong with the last configuration that was rejected; empty when the newest one is in force. */
    public List<ConfigProblem> problems() {
        var both = new ArrayList<>(problems);
        both.addAll(manifestProblems);
        return both;
    }

    private List<String> blockedLoops() {
        return loops.blocked(snapshots.current().config().node().blocked());
    }

    /** Whether every listener is bound and the node is not ending. */
    public boolean isReady() {
        return ready;
    }

    /** What runs here. */
    public Deployments deployments() {
        return deployments;
    }
}
