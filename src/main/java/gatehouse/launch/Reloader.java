package gatehouse.launch;

import gatehouse.config.ConfigDocument;
import gatehouse.config.ConfigException;
import gatehouse.config.ConfigProblem;
import gatehouse.config.GatewayConfig;
import gatehouse.config.Place;
import gatehouse.listener.BindException;
import gatehouse.problem.Problem;
import gatehouse.snapshot.Blueprint;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings changed files into force. Files are looked at and read on a thread of its own; what is wrong with them is told
 * once, and the configuration in force stays.
 */
final class Reloader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);
    private static final long LOOK_MILLIS = 500;

    private final Node node;
    private final FileOptions options;
    private final GatewayConfig started;
    private final ConfigWatcher watcher = new ConfigWatcher(this::watched, this::noticed);
    private final ManifestReloader manifest;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        var made = new Thread(work, "config-watcher");
        made.setDaemon(true);
        return made;
    });
    private final AtomicReference<@Nullable String> notTaken = new AtomicReference<>();
    private @Nullable String rejected;

    /** Whether what was read last was refused for something besides it, such as a manifest that lacks what it needs. */
    private volatile boolean lacking;

    private final Moderation again = new Moderation(System::nanoTime);
    private boolean gone;
    private boolean blind;

    Reloader(Node node, FileOptions options) {
        this.node = node;
        this.options = options;
        this.manifest = new ManifestReloader(node, options);
        this.started = node.snapshots().current().config();
    }

    /** Looks at the files from now on. */
    void start() {
        node.reloadsBy(this::reloadAsked);
        var unused = thread.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Reads the files now, whether or not they seem to have changed. */
    void reloadNow() {
        try {
            thread.execute(() -> {
                LOG.info("{} is read again, as asked for", options.conf());
                rejected = null;
                notTaken.set(null);
                guarded(this::noticed);
                guarded(manifest::reload);
            });
        } catch (RejectedExecutionException e) {
            LOG.info("{} is not read again: the node is ending", options.conf());
        }
    }

    /**
     * Reads the configuration now, whether or not it seems to have changed.
     *
     * @return completes when it is in force; fails with {@link ConfigException} when the former one stays
     */
    Future<Void> reloadAsked() {
        Promise<Void> promise = Promise.promise();
        try {
            thread.execute(() -> {
                rejected = null;
                notTaken.set(null);
                try {
                    reload().onComplete(promise);
                } catch (RuntimeException | Error e) {
                    promise.tryFail(e);
                }
            });
        } catch (RejectedExecutionException e) {
            promise.fail(Problem.conflict("The node is ending.").asFailure(e));
        }
        return promise.future();
    }

    private void noticed() {
        var unused = reload(); // what came of it is in the log
    }

    private void look() {
        var config = guarded(() -> {
            var before = rejected;
            watcher.look();
            var isStill = rejected != null && rejected.equals(before);
            if ((isStill || lacking) && again.isDue()) {
                noticed(); // what it lacks may be a file that it names, which nobody watches yet
            }
        });
        var manifests = guarded(manifest::look);
        blind = blind && !(config && manifests);
    }

    /** What looks at files or reads them. */
    private interface Look {
        void run() throws IOException;
    }

    /** A failure must not end the schedule. */
    private boolean guarded(Look work) {
        try {
            work.run();
            return true;
        } catch (IOException e) {
            if (!blind) {
                LOG.warn("the files of the configuration can't be looked at now: {}", e.getMessage());
            }
            blind = true;
        } catch (RuntimeException | Error e) { // such as of files that the memory can't hold
            LOG.error("looking for a changed configuration failed", e);
        }
        return false;
    }

    /** Every file of the configuration in force, and those that have come into its folder. */
    private Set<Path> watched() {
        return watched(options.conf(), node.snapshots().current().blueprint().files());
    }

    /** Files that were read, and a single one or those of a folder that would be read now. */
    static Set<Path> watched(Path conf, List<Path> read) {
        var files = new LinkedHashSet<>(read);
        if (!Files.isDirectory(conf)) {
            files.add(conf);
            return files;
        }
        try {
            files.addAll(ConfigDocument.filesIn(conf));
        } catch (IOException e) {
            LOG.warn("{} can't be listed: {}", conf, e.toString());
        }
        return files;
    }

    /** Reads the configuration; on the thread of this, once it looks at the files. */
    Future<Void> reload() {
        if (!Files.exists(options.conf())) {
            if (!gone) {
                LOG.warn("{} is gone; what is in force stays", options.conf());
            }
            gone = true;
            return Future.failedFuture(new ConfigException(List.of(new ConfigProblem(
                    wholeFile(), "", "it is gone", "a file or folder that is there", "what is in force stays"))));
        }
        gone = false;
        var reading = node.reading();
        try {
            var next = again.timed(options::blueprint);
            rejected = null;
            return put(next, reading);
        } catch (ConfigException e) {
            if (!String.valueOf(e.getMessage()).equals(rejected)) {
                node.rejected(e, reading);
            }
            rejected = e.getMessage();
            return Future.failedFuture(e);
        } catch (RuntimeException | Error e) {
            return Future.failedFuture(unread(e, reading));
        }
    }

    /** What a mistake in the program comes to, that of a plugin too: a change that is not taken. */
    private ConfigException unread(Throwable mistake, long reading) {
        var told = new ConfigException(
                List.of(new ConfigProblem(wholeFile(), "", "it can't be read: " + mistake, "files that can be used")));
        if (!String.valueOf(told.getMessage()).equals(rejected)) {
            LOG.error("{} can't be read", options.conf(), mistake);
            node.rejected(told, reading);
        }
        rejected = told.getMessage();
        return told;
    }

    private Future<Void> put(Blueprint next, long reading) {
        lacking = false;
        return node.adopt(next, reading, before -> tell(before.blueprint(), next))
                .onSuccess(done -> {
                    lacking = false;
                    notTaken.set(null);
                })
                .recover(cause -> {
                    if (node.isEnding()) { // nothing is wrong with the files
                        LOG.info("{} is not put in force: the node is ending", options.conf());
                        return Future.failedFuture(cause);
                    }
                    var wrong = cause instanceof ConfigException told
                            ? told
                            : new ConfigException(List.of(problem(next, cause)));
                    lacking = cause == wrong;
                    tellOnce(wrong, reading);
                    return Future.failedFuture(wrong);
                });
    }

    /** The same may fail twice: as asked for, and when the changed file is noticed. */
    private void tellOnce(ConfigException wrong, long reading) {
        if (!String.valueOf(wrong.getMessage()).equals(notTaken.getAndSet(wrong.getMessage()))) {
            node.rejected(wrong, reading);
        }
    }

    private ConfigProblem problem(Blueprint next, Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException refused) {
                var reason = refused.getCause() == null
                        ? ""
                        : ": " + refused.getCause().getMessage();
                return new ConfigProblem(
                        next.addresses().getOrDefault(refused.listener(), wholeFile()),
                        "listeners." + refused.listener() + ".listen",
                        refused.address() + " can't be bound" + reason,
                        "an address that is free",
                        "SIGHUP tries again");
            }
        }
        return new ConfigProblem(
                wholeFile(), "", String.valueOf(failure.getMessage()), "files that can be used", "SIGHUP tries again");
    }

    private Place wholeFile() {
        return new Place(options.conf().toString(), 1, 1);
    }

    private void tell(Blueprint before, Blueprint now) {
        LOG.info(
                "configuration {} in force: {}",
                node.snapshots().current().number(),
                ConfigDifference.summary(before, now));
        var later = ConfigDifference.needsRestart(started, now.config());
        if (!later.isEmpty()) {
            LOG.warn("needs a restart: {}", String.join(", ", later));
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
