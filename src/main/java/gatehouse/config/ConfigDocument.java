package gatehouse.config;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as it was read, before it becomes records: knows where each key stands. Used by one thread.
 *
 * <p>Files of a folder are joined, and overrides laid over them, when it is bound to a record, because only the record
 * says which keys are collections and how a variable's name is to be split.
 */
public final class ConfigDocument {
    private static final String PREFIX = "GATEHOUSE_";

    private final List<Node.Mapping> roots;
    private final Overrides overrides;
    private final Interpolation interpolation;
    private final List<ConfigProblem> readProblems;
    private Node.Mapping root;
    private List<String> ignoredVariables = List.of();

    private ConfigDocument(
            List<Node.Mapping> roots,
            Overrides overrides,
            Interpolation interpolation,
            List<ConfigProblem> readProblems) {
        this.roots = roots;
        this.overrides = overrides;
        this.interpolation = interpolation;
        this.readProblems = readProblems;
        this.root = roots.get(0);
    }

    /** Reads a file, or all {@code *.yaml} and {@code *.yml} files of a folder as one document. */
    public static ConfigDocument read(Path fileOrFolder, Overrides overrides) throws ConfigException {
        var files = filesOf(fileOrFolder);
        var folder = Files.isDirectory(fileOrFolder) ? fileOrFolder : folderOf(fileOrFolder);
        var interpolation =
                new Interpolation(overrides.environment(), folder, new LinkedHashSet<>(files), overrides.readsFiles());
        var problems = new ArrayList<ConfigProblem>();
        var fatal = new ArrayList<ConfigProblem>();
        var roots = new ArrayList<Node.Mapping>();
        for (var file : files) {
            try {
                roots.add(root(file.toString(), text(file), interpolation, problems));
            } catch (ConfigException e) {
                fatal.addAll(e.problems());
            }
        }
        if (!fatal.isEmpty()) {
            fatal.addAll(problems);
            fatal.sort(Comparator.comparing(ConfigProblem::place));
            throw new ConfigException(fatal);
        }
        return new ConfigDocument(roots, overrides, interpolation, problems);
    }

    /** Reads a document from a text; {@code fileName} is what problems name as its place. */
    public static ConfigDocument parse(String fileName, String text, Overrides overrides) throws ConfigException {
        var interpolation = new Interpolation(
                overrides.environment(), folderOf(Path.of(fileName)), new LinkedHashSet<>(), overrides.readsFiles());
        var problems = new ArrayList<ConfigProblem>();
        var root = root(fileName, text, interpolation, problems);
        return new ConfigDocument(List.of(root), overrides, interpolation, problems);
    }

    /** The files of a folder that are read as its configuration; hidden ones are not, nor is what has another ending. */
    public static List<Path> filesIn(Path folder) throws IOException {
        return ConfigFiles.in(folder);
    }

    private static Path folderOf(Path file) {
        var parent = file.getParent();
        return parent == null ? Path.of("") : parent;
    }

    private static List<Path> filesOf(Path fileOrFolder) throws ConfigException {
        if (!Files.isDirectory(fileOrFolder)) {
            return List.of(fileOrFolder);
        }
        try {
            var files = ConfigFiles.in(fileOrFolder);
            if (!files.isEmpty()) {
                return files;
            }
            throw unreadable(fileOrFolder, "no configuration in this folder", "*.yaml or *.yml files");
        } catch (IOException e) {
            var why = e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
            throw unreadable(fileOrFolder, "the folder can't be read: " + why, "a readable folder");
        }
    }

    private static String text(Path file) throws ConfigException {
        try {
            return ConfigFiles.read(file, ConfigFiles.MAX_BYTES);
        } catch (IOException e) {
            throw unreadable(file, "the file " + e.getMessage(), "a YAML or JSON file in UTF-8");
        }
    }

    private static ConfigException unreadable(Path file, String what, String expected) {
        return new ConfigException(List.of(new ConfigProblem(new Place(file.toString(), 1, 1), "", what, expected)));
    }

    private static Node.Mapping root(
            String file, String text, Interpolation interpolation, List<ConfigProblem> problems)
            throws ConfigException {
        var node = YamlReader.read(file, text, Node.Source.WRITTEN, interpolation, problems);
        if (node instanceof Node.Mapping mapping) {
            return mapping;
        }
        throw new ConfigException(
                List.of(new ConfigProblem(node.place(), "", Node.show(node), "a map of keys as the whole document")));
    }

    /** A record in which every key has its default. */
    public static <R extends Record> R defaults(Class<R> type) {
        try {
            var document = parse("default", "{}", Overrides.NONE);
            var problems = new Problems(document);
            var record = document.bind(type, Map.of(), problems);
            problems.throwIfAny();
            return record;
        } catch (ConfigException e) {
            throw new IllegalStateException(type.getName(), e);
        }
    }

    /** Where a path stands, or its nearest ancestor that is there. */
    public Place placeOf(String dottedPath) {
        return placeOf(Locator.split(root, dottedPath));
    }

    /** Where a path given key by key stands, or its nearest ancestor that is there. */
    public Place placeOf(List<String> path) {
        return Locator.find(root, path).place();
    }

    /** Whether something stands at a path, be it right or wrong. */
    public boolean has(List<String> path) {
        return Locator.find(root, path).whole();
    }

    /** Whether a file or an override has something to say under a key of the root. */
    public boolean mentions(String key) {
        var variable = PREFIX + key.toUpperCase(Locale.ROOT);
        return roots.stream().anyMatch(each -> each.entries().containsKey(key))
                || overrides.sets().stream().anyMatch(set -> set.startsWith(key))
                || overrides.environment().keySet().stream().anyMatch(name -> name.startsWith(variable));
    }

    /** Every file that was read or looked for, those of <code>${file:…}</code> too. */
    public List<Path> files() {
        return List.copyOf(interpolation.files());
    }

    /** Variables that start with {@code GATEHOUSE_} and name no key, as last bound; sorted. */
    public List<String> ignoredVariables() {
        return ignoredVariables;
    }

    /** Values that were interpolated, or given for a secret key, as last bound: they are never shown. */
    public Set<String> secrets() {
        return Set.copyOf(Locator.secrets(root));
    }

    /** The document as last bound. */
    Node.Mapping root() {
        return root;
    }

    /**
     * Makes a record of the document, with all overrides. A part with a problem is left out, or has its default, so that
     * what is returned may be looked at for further problems; it must not be used while there are any.
     *
     * @param policyKeys what a {@link PolicySet} takes up
     * @param problems gets everything that is wrong
     * @throws ConfigException with all problems, when not even a part can be returned
     */
    public <R extends Record> R bind(Class<R> type, Map<String, PolicyKey> policyKeys, Problems problems)
            throws ConfigException {
        var shapes = new Shapes(policyKeys);
        readProblems.forEach(problems::add);
        root = FolderMerge.merge(roots, shapes.of(type), problems::add);
        applyVariables(shapes, type, problems);
        applySets(shapes, type, problems);
        root = new GivenSecrets(shapes).hide(type, root);
        var bound = new Binder(shapes, problems).bind(type, root);
        if (bound == null) {
            throw new ConfigException(problems.list());
        }
        return type.cast(bound);
    }

    private void applyVariables(Shapes shapes, Class<? extends Record> type, Problems problems) {
        var ignored = new ArrayList<String>();
        new TreeMap<>(overrides.environment()).forEach((name, text) -> {
            if (!name.startsWith(PREFIX)) {
                return;
            }
            var value = value(Place.variable(name), text, problems);
            var path = name.substring(PREFIX.length()).toUpperCase(Locale.ROOT);
            var changed = value == null ? root : OverrideLayer.variable(shapes, type, root, path, value);
            if (changed == null) {
                ignored.add(name);
            } else {
                root = changed;
            }
        });
        ignoredVariables = List.copyOf(ignored);
    }

    private void applySets(Shapes shapes, Class<? extends Record> type, Problems problems) {
        for (var set : overrides.sets()) {
            var equals = set.indexOf('=');
            var key = equals < 0 ? set : set.substring(0, equals);
            var place = Place.set(key);
            if (equals < 1 || key.startsWith(".") || key.endsWith(".") || key.contains("..")) {
                problems.add(
                        new ConfigProblem(place, "", equals < 0 ? "no =" : "not a dotted path", "--set KEY=VALUE"));
                continue;
            }
            var value = value(place, set.substring(equals + 1), problems);
            if (value != null) {
                root = OverrideLayer.set(shapes, type, root, key, value);
            }
        }
    }

    /** An override's value: YAML where it starts with a bracket or a quote, else a scalar just as it is. */
    private @Nullable Node value(Place place, String text, Problems problems) {
        var found = new ArrayList<ConfigProblem>();
        try {
            return Set.of("[", "{", "\"", "'").contains(text.isEmpty() ? "" : text.substring(0, 1))
                    ? YamlReader.read(place, text, Node.Source.GIVEN, interpolation, found)
                    : interpolation.apply(new Node.Scalar(place, text, true, Node.Source.GIVEN), List.of(), found);
        } catch (ConfigException e) {
            found.addAll(e.problems());
            return null;
        } finally {
            found.forEach(problems::add);
        }
    }
}
