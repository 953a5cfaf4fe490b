package gatehouse.launch;

import gatehouse.config.ConfigDocument;
import gatehouse.config.ConfigException;
import gatehouse.config.ConfigProblem;
import gatehouse.config.Overrides;
import gatehouse.config.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a changed manifest, and changed jars that it names, into force. Used on the thread of its {@link Reloader}. */
final class ManifestReloader {
    private static final Logger LOG = LoggerFactory.getLogger(ManifestReloader.class);

    private final Node node;
    private final FileOptions options;
    private final ConfigWatcher watcher = new ConfigWatcher(this::watched, this::reload);
    private final Moderation again = new Moderation(System::nanoTime);
    private volatile @Nullable String rejected;
    private volatile boolean adopting;
    private boolean gone;

    ManifestReloader(Node node, FileOptions options) {
        this.node = node;
        this.options = options;
        try {
            watcher.know(); // it was read a moment ago
        } catch (IOException e) {
            LOG.warn("{} can't be looked at now: {}", options.manifestFile(), e.getMessage());
        }
    }

    /**
     * Looks at the files.
     *
     * @throws IOException when the process can't read files now
     */
    void look() throws IOException {
        var before = rejected;
        watcher.look();
        if (before != null && before.equals(rejected) && !adopting && again.isDue()) {
            reload(); // what it lacks may be a jar that it names, which nobody watches yet
        }
    }

    private Set<Path> watched() {
        var files = new LinkedHashSet<Path>();
        files.add(options.manifestFile());
        node.deployments().manifest().verticles().values().stream()
                .filter(entry -> entry.enabled() && entry.jar() != null)
                .forEach(entry -> files.add(Path.of(String.valueOf(entry.jar()))));
        return files;
    }

    /** Reads the manifest now. */
    void reload() {
        if (!Files.exists(options.manifestFile())) {
            if (!gone && !node.deployments().manifest().equals(Manifest.builtIn())) {
                LOG.warn("{} is gone; what runs stays", options.manifestFile());
            }
            gone = true;
            return;
        }
        gone = false;
        try {
            adopt(again.timed(options::manifest));
        } catch (ConfigException e) {
            reject(e);
        }
    }

    private void adopt(Manifest next) {
        adopting = true;
        node.adopt(next)
                .onComplete(done -> adopting = false)
                .onSuccess(done -> rejected = null)
                .onFailure(cause -> {
                    if (node.isEnding()) { // nothing is wrong with the file
                        LOG.info("{} is not brought into force: the node is ending", options.manifestFile());
                        return;
                    }
                    if (cause instanceof ConfigException wrong) {
                        reject(wrong);
                        return;
                    }
                    rejected = null;
                    if (cause instanceof NotDeployedException failed) {
                        node.manifestRejected(problems(failed.causes()));
                    } else {
                        LOG.error("{} can't be brought into force", options.manifestFile(), cause);
                    }
                });
    }

    private void reject(ConfigException why) {
        if (!String.valueOf(why.getMessage()).equals(rejected)) {
            node.manifestRejected(why.problems());
        }
        rejected = why.getMessage();
    }

    private List<ConfigProblem> problems(Map<String, Throwable> causes) {
        return causes.entrySet().stream()
                .map(entry -> new ConfigProblem(
                        place(options.manifestFile(), entry.getKey()),
                        "verticles." + entry.getKey(),
                        "it does not start: " + entry.getValue(),
                        "a verticle that starts",
                        node.deployments().runs(entry.getKey())
                                ? "what ran under this name still does"
                                : "SIGHUP tries again"))
                .toList();
    }

    /** Where an entry stands in a manifest, as far as that can be told. */
    static Place place(Path file, String name) {
        try {
            return ConfigDocument.read(file, Overrides.NONE).placeOf(List.of("verticles", name));
        } catch (ConfigException unreadable) {
            return new Place(file.toString(), 1, 1);
        }
    }
}
