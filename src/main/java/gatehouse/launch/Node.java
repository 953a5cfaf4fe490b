package gatehouse.launch;

import gatehouse.cache.ResponseCache;
import gatehouse.cluster.Cluster;
import gatehouse.config.ConfigException;
import gatehouse.config.ConfigProblem;
import gatehouse.observe.Metrics;
import gatehouse.policy.Revocations;
import gatehouse.problem.Problem;
import gatehouse.registry.Registry;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.Snapshot;
import gatehouse.snapshot.Snapshots;
import gatehouse.ws.OpenSockets;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One running gateway: ports, the snapshot in force, and the verticles that the manifest names. Changes run one after
 * another; a change that fails leaves all as it was.
 */
public final class Node {
    private final NodeParts parts;
    private final Deployments deployments;
    private final Installer installer;
    private final Lifecycle lifecycle;
    private final Rejections rejections;
    private final InTurn changes = new InTurn();
    private final Duration startTimeout;
    private volatile Supplier<Future<Void>> files = Node::noFiles;

    private Node(NodeParts parts, Blueprint blueprint, Manifest manifest) {
        this.parts = parts;
        startTimeout = blueprint.config().node().startTimeout();
        rejections = new Rejections(parts.metrics());
        var launcher = new Launcher(parts.vertx(), new Edges(this, parts), parts.home(), parts.side(), parts.plugins());
        deployments = new Deployments(parts.vertx(), this, launcher, manifest);
        installer = new Installer(parts, deployments);
        lifecycle = new Lifecycle(parts, deployments, installer);
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
        NodeParts parts;
        try {
            parts = new NodeParts(vertx, cluster, home, blueprint, manifest, lanes);
        } catch (NotTakenException e) {
            return Future.failedFuture(e);
        }
        var node = new Node(parts, blueprint, manifest);
        return node.lifecycle.begin(blueprint, node.changes).map(node);
    }

    /**
     * Puts another configuration in force. Exchanges under way keep the one that they began with; no connection drops
     * but on listeners that went.
     *
     * @return fails when a new listener can't be bound; then nothing has changed
     */
    public Future<Void> reload(Blueprint next) {
        var reading = reading();
        return changes.run(() -> installer.install(next).onSuccess(done -> rejections.configTaken(reading)));
    }

    /** The number of a configuration that is read now: what becomes of an earlier one later says nothing of it. */
    long reading() {
        return rejections.reading();
    }

    /**
     * As {@link #reload}, unless it comes to the same as what is in force when its turn comes: what was read before may still be on
     * its way now.
     *
     * @param reading its number
     * @param replaced is told which one it takes the place of
     */
    Future<Void> adopt(Blueprint next, long reading, Consumer<Snapshot> replaced) {
        return changes.run(() -> {
            var current = snapshots().current();
            if (rejections.isConfigFine() && next.saysTheSameAs(current.blueprint())) {
                return Future.succeededFuture();
            }
            return installer.install(next).onSuccess(done -> {
                rejections.configTaken(reading);
                replaced.accept(current);
            });
        });
    }

    /** Who reads the files of the configuration again when the admin API asks for it. */
    void reloadsBy(Supplier<Future<Void>> reader) {
        files = reader;
    }

    /** Has the files of the configuration read again. */
    Future<Void> readFiles() {
        return files.get();
    }

    private static Future<Void> noFiles() {
        return Future.failedFuture(Problem.conflict("The configuration of this process does not come from a file.")
                .asFailure());
    }

    /** Notes that a changed configuration was not accepted; the one in force stays. */
    public void rejected(ConfigException why) {
        rejected(why, reading());
    }

    /** As {@link #rejected}, of the configuration with this number. */
    void rejected(ConfigException why, long reading) {
        rejections.configRejected(why, reading);
    }

    /**
     * Makes what runs here as another manifest says. What it does not change goes on.
     *
     * @return fails with {@link ConfigException} when the configuration in force needs what it lacks, and then nothing has changed;
     *     with {@link NotDeployedException} when something does not start
     */
    Future<Void> adopt(Manifest next) {
        return changes.run(() -> {
            var dangling = Dangling.in(snapshots().current().blueprint(), next);
            return dangling.isEmpty()
                    ? deployments.adopt(next).onSuccess(done -> rejections.manifestTaken())
                    : Future.failedFuture(new ConfigException(dangling));
        });
    }

    /** Notes that a changed manifest was not accepted, or not all of it. */
    void manifestRejected(List<ConfigProblem> why) {
        rejections.manifestRejected(why);
    }

    /** What was wrong with the last configuration that was rejected; empty when the newest one is in force. */
    public List<ConfigProblem> problems() {
        return rejections.all();
    }

    /** Starts the successor of a verticle, and ends it when that is up. */
    public Future<Void> redeploy(String name) {
        return changes.run(() -> deployments.redeploy(name));
    }

    /** Longest time until a verticle is up. */
    Duration startTimeout() {
        return snapshots().isEmpty()
                ? startTimeout
                : snapshots().current().config().node().startTimeout();
    }

    /**
     * Ends the node: readiness first, then no new connections, then the exchanges under way get their time. Nothing is changed any more.
     *
     * @return completes when all is closed, with the number of requests that were cut
     */
    public Future<Integer> stop() {
        return lifecycle.end(changes.end());
    }

    /** Whether it has begun to end, so that nothing is changed any more. */
    boolean isEnding() {
        return changes.isOver();
    }

    /** Whether every listener is bound and the node is not ending. */
    public boolean isReady() {
        return lifecycle.isReady();
    }

    /** What runs here. */
    public Deployments deployments() {
        return deployments;
    }

    /** The configuration in force. */
    public Snapshots snapshots() {
        return parts.snapshots();
    }

    /** Counters of this node. */
    public Metrics metrics() {
        return parts.metrics();
    }

    /** The instances that this node knows. */
    public Registry registry() {
        return parts.registry();
    }

    /** Tokens that are not taken any more. */
    public Revocations revocations() {
        return parts.revocations();
    }

    /** The responses that this node stores. */
    public ResponseCache cache() {
        return parts.cache();
    }

    /** The connections that are WebSockets now. */
    public OpenSockets openSockets() {
        return parts.sockets();
    }

    /** Bound ports by listener. */
    public Map<String, Integer> ports() {
        return parts.ports().listeners();
    }

    /** Port of the admin API, -1 where it does not run. */
    public int adminPort() {
        return parts.ports().admin();
    }

    /** Port of the registry's bridge, -1 where there is none. */
    public int bridgePort() {
        return parts.ports().bridge();
    }
}
