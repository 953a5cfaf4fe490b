package gatehouse.launch;

import gatehouse.cluster.Alone;
import gatehouse.cluster.Cluster;
import gatehouse.cluster.Joined;
import gatehouse.cluster.NotHereException;
import gatehouse.config.ConfigException;
import gatehouse.config.ListenAddress;
import gatehouse.config.NodeConfig;
import gatehouse.config.PlainRecord;
import gatehouse.snapshot.Blueprint;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway that is the whole process: takes what it needs, runs until it is told to end, and ends in order. */
final class GatewayProcess {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayProcess.class);
    private static final long START_SECONDS = 60;

    /** An event loop that does nothing else for so long is in the log, with what it does. */
    private static final Duration BLOCKED = Duration.ofSeconds(2);

    /** Beyond the waits that are configured: closing files, undeploying. */
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final Gatehouse.Console console;
    private final Blueprint blueprint;
    private final Manifest manifest;
    private final @Nullable FileOptions files;
    private final HeadStart headStart;
    private final Ending ending = new Ending(this::atOnce);
    private volatile @Nullable PidFile pidFile;

    /**
     * @param headStart what was begun before the files were read
     * @param files where changed configurations are read from; null for a configuration that can't change
     */
    GatewayProcess(
            Gatehouse.Console console,
            HeadStart headStart,
            Blueprint blueprint,
            Manifest manifest,
            @Nullable FileOptions files) {
        this.console = console;
        this.headStart = headStart;
        this.blueprint = blueprint;
        this.manifest = manifest;
        this.files = files;
    }

    /**
     * Runs until SIGTERM or SIGINT.
     *
     * @return exit code
     */
    int run() {
        var startedAt = headStart.await(); // before anything may be logged
        var file = blueprint.config().node().pidFile();
        try {
            pidFile = file == null ? null : PidFile.take(Path.of(file));
            return runAlone(startedAt);
        } catch (NotTakenException e) {
            console.err().println(e.getMessage());
            return Gatehouse.NOT_TAKEN;
        } finally {
            removePidFile();
        }
    }

    private void removePidFile() {
        var taken = pidFile;
        if (taken != null) {
            taken.close();
        }
    }

    /** What an end without order leaves time for. */
    private void atOnce() {
        removePidFile();
        LOG.warn("ended at once, as a second signal asked for: what was under way is cut");
    }

    private int runAlone(long startedAt) {
        warnOfIgnoredVariables();
        var lanes = Runtime.getRuntime().availableProcessors();
        ending.listen();
        if (files != null) {
            // a signal that nobody listens to ends the process, and what changes until it is up is noticed anyway
            Signals.on("HUP", () -> LOG.info("SIGHUP at the start: the files are looked at again when it is up"));
        }
        var joined = join();
        try {
            return runOn(vertx(lanes, joined), joined, lanes, startedAt);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            if (joined != null) {
                joined.close();
            }
            ending.done();
        }
    }

    private int runOn(Vertx vertx, @Nullable Joined joined, int lanes, long startedAt) throws InterruptedException {
        try {
            var config = blueprint.config();
            var cluster = joined == null ? new Alone(vertx, config.node().name()) : joined;
            var node = start(vertx, cluster, lanes);
            if (node == null) {
                return Gatehouse.FILES_WRONG;
            }
            serve(node, startedAt);
            return Gatehouse.FINE;
        } finally {
            close(vertx);
        }
    }

    private void warnOfIgnoredVariables() {
        if (!blueprint.ignoredVariables().isEmpty()) {
            LOG.warn("ignored, as they name no key: {}", String.join(", ", blueprint.ignoredVariables()));
        }
    }

    /** The others, or null where there are none to be. */
    private @Nullable Joined join() {
        var cluster = blueprint.config().cluster();
        if (!cluster.enabled()) {
            return null;
        }
        try {
            return Joined.join(cluster, blueprint.config().node().name());
        } catch (NotHereException e) {
            throw new NotTakenException(
                    "cluster.listen: " + cluster.listen() + " can't be taken: " + e.getMessage()
                            + ". `ip address` shows those that it has.",
                    e);
        } catch (RuntimeException e) {
            LOG.debug("Hazelcast does not start", e);
            throw new NotTakenException(
                    "cluster.listen: " + cluster.listen() + " can't be taken: " + e.getMessage()
                            + ". `ss -ltnp` shows who has the port.",
                    e);
        }
    }

    private Vertx vertx(int lanes, @Nullable Joined joined) {
        var options = new VertxOptions()
                .setEventLoopPoolSize(lanes + 2) // one beside them for our own work, one for verticles of others
                .setMaxEventLoopExecuteTime(BLOCKED.toNanos())
                .setWarningExceptionTime(BLOCKED.toNanos())
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        var transport = blueprint.config().node().transport();
        if (joined == null) {
            return Transports.vertx(transport, options);
        }
        joined.wire(options);
        var vertx = Transports.vertx(transport, options, builder -> clustered(builder, joined));
        joined.begin(vertx);
        return vertx;
    }

    private static Vertx clustered(VertxBuilder builder, Joined joined) {
        try {
            return builder.withClusterManager(joined.manager())
                    .buildClustered()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            StartTrouble.throwIfNotTaken(e.getCause());
            throw new IllegalStateException("the event bus does not start", e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException("the event bus does not start", e);
        }
    }

    /** The node, or null where a verticle did not start, which is logged. */
    private @Nullable Node start(Vertx vertx, Cluster cluster, int lanes) throws InterruptedException {
        try {
            var node = Node.start(vertx, cluster, Path.of(""), blueprint, manifest, lanes)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(longestStart().toSeconds(), TimeUnit.SECONDS);
            logListeners(node);
            return node;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ConfigException wrong) {
                wrong.problems().forEach(console.err()::println);
                return null;
            }
            StartTrouble.tell(e.getCause(), files);
        } catch (TimeoutException e) {
            LOG.error(
                    "the gateway does not start: it is not up after {} s",
                    longestStart().toSeconds());
        }
        return null;
    }

    /** Each verticle has its own time, one after another. */
    private Duration longestStart() {
        return blueprint
                .config()
                .node()
                .startTimeout()
                .multipliedBy(manifest.verticles().size())
                .plusSeconds(START_SECONDS);
    }

    private void logListeners(Node node) {
        var ports = node.ports();
        blueprint.config().listeners().forEach((name, listener) -> {
            var tls = blueprint.tls().listeners().get(name);
            LOG.info(
                    "listener {} on {} ({}{})",
                    name,
                    new ListenAddress(listener.listen().host(), Objects.requireNonNull(ports.get(name))).bound(),
                    listener.protocols().stream().map(PlainRecord::word).collect(Collectors.joining(", ")),
                    tls == null ? "" : "; TLS by " + PlainRecord.word(tls.engine()));
        });
    }

    private void serve(Node node, long startedAt) throws InterruptedException {
        if (files == null) {
            tellReady(startedAt);
            ending.await();
        } else {
            try (var reloader = new Reloader(node, files)) {
                reloader.start();
                Signals.on("HUP", reloader::reloadNow);
                tellReady(startedAt);
                ending.await();
            }
        }
        end(node);
    }

    private void tellReady(long startedAt) {
        console.err().println("gatehouse ready in " + (System.currentTimeMillis() - startedAt) + " ms");
    }

    private void end(Node node) throws InterruptedException {
        var drain = node.snapshots().current().config().node().drain();
        LOG.info(
                "ending, with at most {} ms for what is under way", drain.http().toMillis());
        var begun = System.nanoTime();
        try {
            var cut = node.stop()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(drain.notice().plus(longest(drain)).plus(CLOSING).toMillis(), TimeUnit.MILLISECONDS);
            var millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            if (cut == 0) {
                LOG.info("ended after {} ms, every request was answered", millis);
            } else {
                LOG.warn("ended after {} ms, {} requests were cut", millis, cut);
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("not everything was closed in time", e);
        }
    }

    private static Duration longest(NodeConfig.Drain drain) {
        var longest = drain.webSocketsEnd();
        for (var other : List.of(drain.http(), drain.tcp())) {
            longest = other.compareTo(longest) > 0 ? other : longest;
        }
        return longest;
    }

    private static void close(Vertx vertx) {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Vert.x did not close in time", e);
        }
    }
}
