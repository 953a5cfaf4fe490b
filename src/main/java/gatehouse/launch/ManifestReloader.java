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

/** Brings a changed manifest, and changed jars that it names, into force. Confined to the thread of its {@link Reloader}. */
final class ManifestReloader {
    private static final Logger LOG = LoggerFactory.getLogger(ManifestReloader.class);

    private final Node node;
    private final FileOptions options;
    private final ConfigWatcher watcher = new ConfigWatcher(this::watched, this::reload);
    private @Nullable String rejected;
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
        watcher.look();
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
            adopt(options.manifest());
            rejected = null;
        } catch (ConfigException e) {
            reject(e);
        }
    }

    private void adopt(Manifest next) {
        node.adopt(next).onFailure(cause -> {
            if (cause instanceof ConfigException wrong) {
                reject(wrong);
            } else if (cause instanceof NotDeployedException failed) {
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
                        place(entry.getKey()),
                        "verticles." + entry.getKey(),
                        "it does not start: " + entry.getValue(),
                        "a verticle that starts",
                        "what ran under this name still does"))
                .toList();
    }

    private Place place(String name) {
        var file = options.manifestFile();
        try {
            return ConfigDocument.read(file, Overrides.NONE).placeOf(List.of("verticles", name));
        } catch (ConfigException unreadable) {
            return new Place(file.toString(), 1, 1);
        }
    }
}
