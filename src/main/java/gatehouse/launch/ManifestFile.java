package gatehouse.launch;

import gatehouse.config.ConfigDocument;
import gatehouse.config.ConfigException;
import gatehouse.config.Overrides;
import gatehouse.config.Problems;
import io.vertx.core.Deployable;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads a manifest and checks that all it names is there, without running any of it. */
final class ManifestFile {
    private static final String A_VERTICLE =
            "a class that is a Vert.x verticle and has a constructor without arguments";

    private final Path folder;
    private final Problems problems;

    private ManifestFile(Path folder, Problems problems) {
        this.folder = folder;
        this.problems = problems;
    }

    /**
     * Reads a manifest.
     *
     * @param environment for <code>${env:NAME}</code>; it overrides nothing, that is for the configuration
     * @return with the paths of jars resolved against the manifest's folder
     * @throws ConfigException with every problem there is
     */
    static Manifest read(Path file, Map<String, String> environment) throws ConfigException {
        var plain = new HashMap<>(environment);
        plain.keySet().removeIf(name -> name.startsWith("GATEHOUSE_"));
        var document = ConfigDocument.read(file, new Overrides(plain, List.of()));
        var problems = new Problems(document);
        var manifest = document.bind(Manifest.class, Map.of(), problems);
        var folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), Path.of(""));
        new ManifestFile(folder, problems).check(manifest);
        problems.throwIfAny();
        return withJarsBelow(folder, manifest);
    }

    private static Manifest withJarsBelow(Path folder, Manifest manifest) {
        var entries = new LinkedHashMap<String, Manifest.Entry>();
        manifest.verticles().forEach((name, entry) -> {
            var jar = entry.jar() == null ? null : folder.resolve(entry.jar()).toString();
            entries.put(
                    name,
                    new Manifest.Entry(
                            entry.main(), jar, entry.sha256(), entry.instances(), entry.enabled(), entry.config()));
        });
        return new Manifest(manifest.schema(), entries);
    }

    private void check(Manifest manifest) {
        var seen = new HashMap<String, String>();
        manifest.verticles().forEach((name, entry) -> {
            if (!entry.enabled()) {
                return;
            }
            if (BuiltIn.named(entry.main()) != null) {
                checkBuiltIn(name, entry, seen.putIfAbsent(entry.main(), name));
            } else {
                checkClass(name, entry);
            }
        });
    }

    private void checkBuiltIn(String name, Manifest.Entry entry, @Nullable String sameMain) {
        if (sameMain != null) {
            problems.add(
                    at(name, "main"),
                    entry.main() + " runs as " + sameMain + " already",
                    "one entry for each built-in verticle",
                    BuiltIn.HTTP.isMainOf(entry) ? "for more of it set verticles." + sameMain + ".instances" : "");
        }
        if (entry.jar() != null) {
            problems.add(at(name, "jar"), entry.jar(), "no jar, as " + entry.main() + " comes with the gateway");
        }
        if (!BuiltIn.HTTP.isMainOf(entry) && entry.instances().count() != 1) {
            problems.add(at(name, "instances"), entry.instances().toString(), "1");
        }
    }

    private void checkClass(String name, Manifest.Entry entry) {
        if (entry.jar() == null) {
            checkClass(name, entry.main(), ManifestFile.class.getClassLoader(), "");
            return;
        }
        var jar = folder.resolve(entry.jar());
        if (!Files.isRegularFile(jar)) {
            problems.add(at(name, "jar"), entry.jar() + " is not there", "a jar, relative to the manifest's folder");
            return;
        }
        try {
            var loader = PluginCode.of(jar).loader();
            if (entry.takes(loader.digest())) {
                checkClass(name, entry.main(), loader, " in " + entry.jar());
            } else {
                problems.add(at(name, "sha256"), entry.jar() + " has " + loader.digest(), "the jar that this names");
            }
        } catch (IOException e) {
            problems.add(at(name, "jar"), entry.jar() + " can't be read: " + FileTrouble.words(jar, e), "a jar");
        }
    }

    private void checkClass(String name, String main, ClassLoader loader, String where) {
        try {
            var found = Class.forName(main, false, loader);
            if (!Deployable.class.isAssignableFrom(found) || Modifier.isAbstract(found.getModifiers())) {
                problems.add(at(name, "main"), main + " is no verticle", A_VERTICLE);
            } else if (Arrays.stream(found.getDeclaredConstructors())
                    .noneMatch(made -> made.getParameterCount() == 0)) {
                problems.add(at(name, "main"), main + " has no constructor without arguments", A_VERTICLE);
            }
        } catch (ClassNotFoundException e) {
            if (main.indexOf('.') < 0 && where.isEmpty()) {
                problems.addUnknown(at(name, "main"), "neither a class nor built in:", main, BuiltIn.names());
            } else {
                problems.add(at(name, "main"), "no class " + main + where, A_VERTICLE);
            }
        } catch (LinkageError e) {
            problems.add(at(name, "main"), main + " can't be used: " + e, A_VERTICLE);
        }
    }

    private static List<String> at(String name, String key) {
        return List.of("verticles", name, key);
    }
}
