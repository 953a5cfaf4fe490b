package gatehouse.launch;

import gatehouse.admin.AdminNode;
import gatehouse.config.AccessLogConfig;
import gatehouse.config.ConfigException;
import gatehouse.config.ConfigProblem;
import gatehouse.http.HttpNode;
import gatehouse.listener.Listeners;
import gatehouse.observe.AccessLog;
import gatehouse.observe.LoadSample;
import gatehouse.observe.Metrics;
import gatehouse.observe.TargetSample;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.Route;
import gatehouse.snapshot.Snapshot;
import gatehouse.snapshot.SnapshotBuilder;
import gatehouse.snapshot.Snapshots;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running gateway: ports, the snapshot in force, and the verticles that the manifest names. Changes run one after
 * another; a change that fails leaves all as it was.
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final Vertx vertx;
    private final Path home;
    private final Snapshots snapshots = new Snapshots();
    private final Metrics metrics = new Metrics();
    private final Listeners listeners;
    private final SnapshotBuilder builder;
    private final @Nullable AccessLog accessLog;
    private final Deployments deployments;
    private final Instant startedAt = Instant.now();
    private final @Nullable String adminToken;

    private volatile Map<String, Integer> ports = Map.of();
    private volatile int adminPort = -1;
    private volatile List<ConfigProblem> problems = List.of();
    private volatile boolean ready;
    private Future<Void> lastChange = Future.succeededFuture();

    private Node(Vertx vertx, Path home, Blueprint blueprint, Manifest manifest, int lanes) {
        this.vertx = vertx;
        this.home = home;
        var dataDir = home.resolve(blueprint.config().node().dataDir());
        builder = new SnapshotBuilder(vertx, () -> stickyKey(dataDir), System::nanoTime);
        listeners = new Listeners(vertx, lanes);
        var log = blueprint.config().accessLog();
        accessLog = log == null ? null : open(home, log);
        metrics.targets(this::targetSamples);
        metrics.loads(this::loadSamples);
        metrics.breakers(this::breakerSamples);
        metrics.refused(listeners::refused);
        if (accessLog != null) {
            metrics.accessLogDropped(accessLog::dropped);
        }
        adminToken = manifest.runs("AdminVerticle")
                        && blueprint.config().admin().tokens().isEmpty()
                ? generatedAdminToken(dataDir.resolve("admin.token"))
                : null;
        deployments = new Deployments(vertx, this, manifest, home);
    }

    private static AccessLog open(Path home, AccessLogConfig log) {
        try {
            return AccessLog.open(home, log);
        } catch (IOException e) {
            throw FileTrouble.of("accessLog.file", home.resolve(log.file()), e);
        }
    }

    private static String generatedAdminToken(Path file) {
        var token = generated(file);
        if (token.length() < 16) {
            throw new NotTakenException("node.dataDir: " + file + " holds no token. Remove it, and a new one is made.");
        }
        LOG.info("no admin.tokens are configured: writes at the admin API need the token in {}", file);
        return token;
    }

    /** Made when the first service needs it, at the start or at a reload. */
    private static byte[] stickyKey(Path dataDir) {
        return generated(dataDir.resolve("sticky.key")).getBytes(StandardCharsets.US_ASCII);
    }

    private static String generated(Path file) {
        try {
            return GeneratedSecret.in(file);
        } catch (IOException e) {
            throw FileTrouble.of("node.dataDir", file, e);
        }
    }

    /**
     * Starts a node.
     *
     * @param home what relative paths of files that the node writes are relative to
     * @return completes when every listener is bound and every verticle is up
     */
    public static Future<Node> start(Vertx vertx, Path home, Blueprint blueprint, Manifest manifest, int lanes) {
        Node node;
        try {
            node = new Node(vertx, home, blueprint, manifest, lanes);
        } catch (NotTakenException e) {
            return Future.failedFuture(e);
        }
        return node.change(() -> node.apply(blueprint))
                .compose(applied -> node.deployments.start())
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

    /** Notes that a changed configuration was not accepted; the one in force stays. */
    public void rejected(ConfigException why) {
        problems = why.problems();
        metrics.reloadRejected();
        LOG.error("the changed configuration is rejected, the former one stays in force:\n{}", why.getMessage());
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

    private Future<Void> apply(Blueprint blueprint) {
        var connections = blueprint.config().node().connections();
        if (connections != null && connections > listeners.mostConnections()) {
            return Future.failedFuture(tooManyConnections(blueprint, connections));
        }
        var previous = snapshots.isEmpty() ? null : snapshots.current();
        var grace = blueprint.config().node().drain().http();
        return listeners
                .prepare(blueprint.config().listeners())
                .compose(change -> builder.build(blueprint, previous)
                        .compose(next -> change.leave().map(next))
                        .compose(next -> {
                            snapshots.replace(vertx, next);
                            listeners.limitConnections(connections);
                            var closing = change.commit(grace);
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
     * @return completes when all is closed
     */
    public Future<Void> stop() {
        ready = false;
        var drain =
                snapshots.isEmpty() ? null : snapshots.current().config().node().drain();
        var grace = drain == null ? Duration.ZERO : drain.http();
        var notice = drain == null ? Duration.ZERO : drain.notice();
        return vertx.timer(Math.max(1, notice.toMillis()), TimeUnit.MILLISECONDS)
                .compose(noticed -> deployments.announceEnd())
                .compose(told -> listeners.close(grace))
                .transform(closed -> deployments.stop())
                .transform(stopped -> {
                    if (!snapshots.isEmpty()) {
                        snapshots.current().services().values().forEach(service -> service.close());
                    }
                    if (accessLog != null) {
                        return vertx.executeBlocking(() -> {
                            accessLog.close();
                            metrics.close();
                            return null;
                        });
                    }
                    metrics.close();
                    return Future.<Void>succeededFuture();
                })
                .mapEmpty();
    }

    private List<TargetSample> targetSamples() {
        var samples = new ArrayList<TargetSample>();
        if (!snapshots.isEmpty()) {
            snapshots
                    .current()
                    .services()
                    .forEach((name, service) -> service.targets()
                            .forEach(target -> samples.add(new TargetSample(
                                    name,
                                    target.id(),
                                    target.healthy(),
                                    target.ejectedForMillis() > 0,
                                    target.inFlight()))));
        }
        return samples;
    }

    private List<LoadSample> loadSamples() {
        var samples = new ArrayList<LoadSample>();
        if (!snapshots.isEmpty()) {
            snapshots.current().services().forEach((name, service) -> {
                var load = service.load();
                samples.add(new LoadSample(name, load.limit(), load.inFlight(), load.waiting()));
            });
        }
        return samples;
    }

    private Map<String, Integer> breakerSamples() {
        var samples = new TreeMap<String, Integer>();
        if (!snapshots.isEmpty()) {
            snapshots.current().routes().forEach((name, route) -> {
                if (route.to() instanceof Route.ToService to && to.plan().breaker() != null) {
                    samples.put(
                            name,
                            switch (to.plan().breaker().state()) {
                                case CLOSED -> 0;
                                case HALF_OPEN -> 1;
                                case OPEN -> 2;
                            });
                }
            });
        }
        return samples;
    }

    /** What the HTTP edge works with. */
    HttpNode httpNode() {
        return new HttpNode(listeners, snapshots, metrics, accessLog);
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
        var transport = ((VertxInternal) vertx).transport().getClass().getSimpleName();
        return new AdminNode(
                new AdminNode.About(Version.current(), transportName(transport), startedAt),
                snapshots,
                metrics,
                () -> ready,
                () -> problems,
                () -> deployments.running().entrySet().stream()
                        .map(entry -> new AdminNode.Verticle(
                                entry.getKey(),
                                entry.getValue().main(),
                                entry.getValue().instances()))
                        .toList(),
                () -> ports,
                port -> adminPort = port,
                adminToken);
    }

    /** As in the configuration: {@code IoUringTransport} is {@code io_uring}. */
    private static String transportName(String className) {
        var name = className.replace("Transport", "").toLowerCase(Locale.ROOT);
        return name.equals("iouring") ? "io_uring" : name;
    }

    /** Port of the admin API, -1 where it does not run. */
    public int adminPort() {
        return adminPort;
    }

    /** Bound ports by listener. */
    public Map<String, Integer> ports() {
        return ports;
    }

    /** What was wrong with the last configuration that was rejected; empty when the newest one is in force. */
    public List<ConfigProblem> problems() {
        return problems;
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
