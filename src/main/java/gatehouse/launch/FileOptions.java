package gatehouse.launch;

import gatehouse.config.ConfigException;
import gatehouse.config.ConfigProblem;
import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which files a command works with, and what stands above them. */
final class FileOptions {
    private static final Path USUAL_MANIFEST = Path.of("verticles.json");

    /**
     * Variables that look like overrides and are none: container images carry their version in the one, the other is the
     * level of the log, read before there is a configuration.
     */
    private static final List<String> NO_OVERRIDES = List.of("GATEHOUSE_VERSION", "GATEHOUSE_LOG_LEVEL");

    @Option(
            names = {"-c", "--conf"},
            paramLabel = "FILE",
            defaultValue = "conf/gateway.yaml",
            description = "Configuration, a file or a folder (default: ${DEFAULT-VALUE}).")
    private Path conf = Path.of("conf/gateway.yaml");

    @Option(
            names = {"-m", "--manifest"},
            paramLabel = "FILE",
            description = "What runs on this node (default: verticles.json, or where that is missing all that the"
                    + " gateway brings).")
    private @Nullable Path manifest;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Overrides one configuration key, a dotted path. Repeatable; stands above the environment.")
    private List<String> sets = List.of();

    @Option(
            names = "--cluster",
            description = "Join other nodes, or begin a cluster; the same as cluster.enabled: true.")
    private boolean cluster;

    /**
     * Both files, read and found right.
     *
     * @param isBuiltIn whether there is no manifest file
     */
    record Whole(Blueprint blueprint, Manifest manifest, boolean isBuiltIn) {}

    /** Reads both files; the exception has the problems of both. */
    Whole read() throws ConfigException {
        var problems = new ArrayList<ConfigProblem>();
        Manifest whatRuns = null;
        try {
            whatRuns = manifest();
        } catch (ConfigException e) {
            problems.addAll(e.problems());
        }
        try {
            var blueprint = blueprint();
            if (whatRuns != null) {
                problems.addAll(Dangling.in(blueprint, whatRuns));
            }
            if (whatRuns != null && problems.isEmpty()) {
                return new Whole(blueprint, whatRuns, usesBuiltIn());
            }
        } catch (ConfigException e) {
            problems.addAll(0, e.problems());
        }
        throw new ConfigException(problems);
    }

    /** Reads the manifest alone. */
    Manifest manifest() throws ConfigException {
        return usesBuiltIn() ? Manifest.builtIn() : ManifestFile.read(manifestFile(), environment());
    }

    /** Reads the configuration alone. */
    Blueprint blueprint() throws ConfigException {
        return Blueprint.read(conf, overrides());
    }

    /** Environment and {@code --set}. */
    Overrides overrides() {
        if (!cluster) {
            return new Overrides(environment(), sets);
        }
        var all = new ArrayList<>(List.of("cluster.enabled=true"));
        all.addAll(sets);
        return new Overrides(environment(), all);
    }

    /** The environment as configurations see it. */
    static Map<String, String> environment() {
        var environment = new HashMap<>(System.getenv());
        NO_OVERRIDES.forEach(environment::remove);
        return environment;
    }

    Path conf() {
        return conf;
    }

    /** Where the manifest is, or would be. */
    Path manifestFile() {
        return manifest == null ? USUAL_MANIFEST : manifest;
    }

    private boolean usesBuiltIn() {
        return manifest == null && !Files.exists(USUAL_MANIFEST);
    }

    /** Names of the files, for messages. */
    @Override
    public String toString() {
        return usesBuiltIn() ? conf.toString() : conf + " and " + manifestFile();
    }
}
