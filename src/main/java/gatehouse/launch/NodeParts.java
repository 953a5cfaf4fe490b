package gatehouse.launch;

import gatehouse.cache.Purge;
import gatehouse.cache.ResponseCache;
import gatehouse.cluster.Cluster;
import gatehouse.config.AccessLogConfig;
import gatehouse.config.AdminConfig;
import gatehouse.config.CacheConfig;
import gatehouse.listener.Listeners;
import gatehouse.observe.AccessLog;
import gatehouse.observe.Metrics;
import gatehouse.observe.Tracing;
import gatehouse.policy.Revocations;
import gatehouse.policy.auth.RevocationList;
import gatehouse.policy.auth.SharedRevocations;
import gatehouse.redis.ClusterWithRedis;
import gatehouse.refresh.Purges;
import gatehouse.registry.Clocks;
import gatehouse.registry.Registry;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.SnapshotBuilder;
import gatehouse.snapshot.Snapshots;
import gatehouse.snapshot.Switchboard;
import gatehouse.ws.OpenSockets;
import io.micrometer.core.instrument.Gauge;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** What a node is made of: all that lives as long as it does, whatever configuration and manifest say later. */
final class NodeParts {
    private final Vertx vertx;
    private final Cluster cluster;
    private final Path home;
    private final Path dataDir;
    private final Duration compare;
    private final Snapshots snapshots = new Snapshots();
    private final Metrics metrics = new Metrics();
    private final OwnPorts ports;
    private final Listeners listeners;
    private final Registry registry;
    private final Revocations revocations;
    private final ResponseCache cache;
    private final Purges purges;
    private final @Nullable ClusterWithRedis redis;
    private final SnapshotBuilder builder;
    private final @Nullable AccessLog accessLog;
    private final @Nullable Tracing tracing;
    private final Switchboard switchboard;
    private final OpenSockets sockets;
    private final SideLoop side;
    private final SideLoop plugins;
    private final LoopWatch loops;
    private volatile @Nullable String adminToken;
    private boolean tellsOfRegistry;

    /**
     * @throws NotTakenException when a file can't be used
     */
    NodeParts(Vertx vertx, Cluster cluster, Path home, Blueprint blueprint, Manifest manifest, int lanes) {
        var config = blueprint.config();
        this.vertx = vertx;
        this.cluster = cluster;
        this.home = home;
        dataDir = home.resolve(config.node().dataDir());
        compare = config.cluster().compare();
        ports = new OwnPorts(cluster);
        registry = new Registry(config.registry(), Clocks.SYSTEM);
        redis = config.redis() == null ? null : ClusterWithRedis.open(vertx, cluster, config.redis(), compare);
        var together = redis == null ? cluster : redis;
        revocations = revocations(together);
        cache = new ResponseCache(config.cache(), config.node().name(), System::nanoTime, System::currentTimeMillis);
        purges = new Purges(
                vertx,
                cluster,
                this::purge,
                () -> snapshots.current().config().cache().confirm());
        cache.heardPurges(purges::hear);
        builder = new SnapshotBuilder(
                vertx, () -> NodeSecrets.stickyKey(dataDir), System::nanoTime, registry, revocations, together, cache);
        listeners = new Listeners(vertx, lanes);
        if (config.cache().store() != CacheConfig.Tiers.MEMORY && (cluster.isShared() || redis != null)) {
            cache.share(vertx, together.commons());
        }
        var log = config.accessLog();
        accessLog = log == null ? null : open(home, log);
        switchboard = new Switchboard(lanes);
        sockets = new OpenSockets(vertx, listeners, snapshots, metrics, accessLog);
        sockets.topics().remember(redis == null ? null : redis.topics());
        tracing = tracing(blueprint);
        side = SideLoop.beside(vertx, listeners.lanes());
        plugins = SideLoop.beside(vertx, listeners.lanes(), side);
        loops = new LoopWatch(metrics, listeners.lanes(), side, plugins);
        feedMetrics();
        if (manifest.runs(BuiltIn.ADMIN)) {
            provideAdminToken(config.admin());
        }
    }

    private @Nullable Tracing tracing(Blueprint blueprint) {
        var config = blueprint.config();
        var ca = blueprint.tracingCa();
        return config.tracing() == null
                ? null
                : Tracing.start(
                        config.tracing(),
                        ca == null ? null : ca.getBytes(),
                        config.node().name(),
                        Version.current(),
                        metrics.registry());
    }

    private Revocations revocations(Cluster together) {
        var list = new RevocationList(InstantSource.system());
        return cluster.isShared() || redis != null
                ? new SharedRevocations(list, vertx, together, InstantSource.system(), compare)
                : list;
    }

    private static AccessLog open(Path home, AccessLogConfig log) {
        try {
            return AccessLog.open(home, log);
        } catch (IOException e) {
            throw FileTrouble.of("accessLog.file", home.resolve(log.file()), e);
        }
    }

    private void feedMetrics() {
        Samples.feed(metrics, snapshots);
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
    }

    /** Forgets stored responses; walks through all of them, so not on an event loop. */
    private Future<Integer> purge(Purge purge, String id) {
        return cache.forgetShared(purge, id).compose(forgot -> vertx.executeBlocking(() -> cache.purge(purge), false));
    }

    /** Closes what was open besides ports and verticles. */
    Future<Void> close() {
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

    Vertx vertx() {
        return vertx;
    }

    /** The nodes that this one works with. */
    Cluster cluster() {
        return cluster;
    }

    /** Folder of the files that the node writes. */
    Path home() {
        return home;
    }

    /** Folder of what the node keeps for itself. */
    Path dataDir() {
        return dataDir;
    }

    /** How often nodes compare what they know. */
    Duration compare() {
        return compare;
    }

    /** The configuration in force. */
    Snapshots snapshots() {
        return snapshots;
    }

    /** Counters of this node. */
    Metrics metrics() {
        return metrics;
    }

    OwnPorts ports() {
        return ports;
    }

    Listeners listeners() {
        return listeners;
    }

    /** The instances that this node knows. */
    Registry registry() {
        return registry;
    }

    /** Lets the metrics tell of the registry, from when the first one runs here. */
    synchronized void feedRegistryMetrics() {
        if (!tellsOfRegistry) {
            metrics.registry(() -> Samples.registry(registry));
            tellsOfRegistry = true;
        }
    }

    /** Tokens that are not taken any more. */
    Revocations revocations() {
        return revocations;
    }

    /** The responses that this node stores. */
    ResponseCache cache() {
        return cache;
    }

    /** How all nodes forget stored responses. */
    Purges purges() {
        return purges;
    }

    SnapshotBuilder builder() {
        return builder;
    }

    /** Null where none is written. */
    @Nullable AccessLog accessLog() {
        return accessLog;
    }

    /** Null where nothing is traced. */
    @Nullable Tracing tracing() {
        return tracing;
    }

    /** Where the HTTP edge hands over what asks for a WebSocket. */
    Switchboard switchboard() {
        return switchboard;
    }

    /** Finds out which other nodes have the same Redis, where there is one. */
    Future<Void> meetOthers() {
        return redis == null ? Future.succeededFuture() : redis.meet();
    }

    /** The connections that are WebSockets now. */
    OpenSockets sockets() {
        return sockets;
    }

    /** The loop of all that carries no traffic. */
    SideLoop side() {
        return side;
    }

    /** Where verticles of plugins run, each of which may block it. */
    SideLoop plugins() {
        return plugins;
    }

    /** Tells which event loops are blocked. */
    LoopWatch loops() {
        return loops;
    }

    /** Token for writes at the admin API where none is configured, or null where one always was. */
    @Nullable String adminToken() {
        return adminToken;
    }

    /**
     * Makes this token, or reads it, where it is needed; blocks.
     *
     * @throws NotTakenException when its file can't be used
     */
    synchronized void provideAdminToken(AdminConfig config) {
        if (config.tokens().isEmpty() && adminToken == null) {
            adminToken = NodeSecrets.adminToken(dataDir);
        }
    }
}
