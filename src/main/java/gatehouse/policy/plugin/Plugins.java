package gatehouse.policy.plugin;

import gatehouse.config.JsonSchema;
import gatehouse.config.PluginConfig;
import gatehouse.config.Unread;
import gatehouse.plugin.PolicyPlugin;
import gatehouse.plugin.Step;
import gatehouse.policy.NamedFiles;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes policies of what plugins bring. */
public final class Plugins {
    private static final int MOST_BYTES = 64 << 20;
    private static final String A_PLUGIN = "a public class that is a gatehouse.plugin.PolicyPlugin";

    /**
     * What is loaded and held by a configuration: the same code under the same name is the same policy, so a reload that changes something
     * else keeps its steps, and what they have counted.
     */
    private static final Map<Source, WeakReference<PolicyType<?>>> LOADED = new HashMap<>();

    private Plugins() {}

    private record Source(String name, String digest, String main) {}

    /** Where it is told what is wrong. */
    @FunctionalInterface
    public interface Complaints {
        /** Tells what stands at a path, and what should. */
        void add(List<String> path, String what, String expected);
    }

    /**
     * The policy of a plugin.
     *
     * @param name its key
     * @return one that takes any settings, and is good for nothing else, where it can't be loaded
     */
    public static PolicyType<?> load(String name, PluginConfig plugin, NamedFiles files, Complaints complaints) {
        if (files.areSealed()) {
            return unread(name);
        }
        byte[] jar;
        try {
            jar = files.read(plugin.jar(), MOST_BYTES);
        } catch (IOException e) {
            complaints.add(List.of("plugins", name, "jar"), plugin.jar() + " " + e.getMessage(), "a jar");
            return unread(name);
        }
        var digest = JarClasses.digest(jar);
        var wanted = plugin.sha256();
        if (wanted != null && !wanted.toLowerCase(Locale.ROOT).equals(digest)) {
            complaints.add(
                    List.of("plugins", name, "sha256"), plugin.jar() + " has " + digest, "the jar that this names");
            return unread(name);
        }
        var source = new Source(name, digest, plugin.main());
        var loaded = loaded(source);
        return loaded == null ? load(source, plugin.jar(), jar, complaints) : loaded;
    }

    private static @Nullable PolicyType<?> loaded(Source source) {
        synchronized (LOADED) {
            var reference = LOADED.get(source);
            return reference == null ? null : reference.get();
        }
    }

    private static PolicyType<?> load(Source source, String file, byte[] jar, Complaints complaints) {
        try {
            var type = type(source.name(), make(source.main(), JarClasses.of(file, jar)));
            synchronized (LOADED) {
                LOADED.values().removeIf(each -> each.get() == null);
                LOADED.put(source, new WeakReference<>(type));
            }
            return type;
        } catch (IOException e) {
            complaints.add(List.of("plugins", source.name(), "jar"), file + " " + e.getMessage(), "a jar");
        } catch (ClassNotFoundException e) {
            complaints.add(
                    List.of("plugins", source.name(), "main"), "no class " + e.getMessage() + " in " + file, A_PLUGIN);
        } catch (InvocationTargetException e) {
            complaints.add(
                    List.of("plugins", source.name(), "main"), source.main() + " fails: " + e.getCause(), A_PLUGIN);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            complaints.add(List.of("plugins", source.name(), "main"), source.main() + " can't be used: " + e, A_PLUGIN);
        }
        return unread(source.name());
    }

    private static PolicyPlugin<?> make(String main, JarClasses classes) throws ReflectiveOperationException {
        var found = Class.forName(main, true, classes);
        if (!PolicyPlugin.class.isAssignableFrom(found)) {
            throw new IllegalArgumentException("it is no PolicyPlugin");
        }
        return found.asSubclass(PolicyPlugin.class).getConstructor().newInstance();
    }

    private static <C extends Record> PolicyType<C> type(String name, PolicyPlugin<C> plugin) {
        var settings = Objects.requireNonNull(plugin.settings(), "settings()");
        if (!settings.isRecord()) {
            throw new IllegalArgumentException("settings() is no record");
        }
        JsonSchema.of(settings, Map.of()); // every component has a key
        var stage = switch (plugin.place()) {
            case BEFORE_AUTH -> Stage.PLUGIN_BEFORE_AUTH;
            case BEHIND_ACCESS -> Stage.PLUGIN_BEHIND_ACCESS;
        };
        return PolicyType.using(
                        name,
                        Objects.requireNonNull(plugin.doc(), "doc()"),
                        stage,
                        settings,
                        (given, around) -> new PluginPolicy(name, around.route(), step(name, plugin, given)))
                .onlyWhereNamed();
    }

    private static <C extends Record> Step step(String name, PolicyPlugin<C> plugin, C settings) {
        try {
            return Objects.requireNonNull(plugin.step(settings), "it is null");
        } catch (RuntimeException | LinkageError e) {
            throw new IllegalStateException("plugins." + name + ": its step can't be made: " + e, e);
        }
    }

    private static PolicyType<Unread> unread(String name) {
        return PolicyType.setting(
                        name, "A policy of a plugin that is not loaded.", Stage.PLUGIN_BEHIND_ACCESS, Unread.class)
                .onlyWhereNamed();
    }

    /** SHA-256 of the jar that a policy came in; empty for one of the gateway's own. */
    public static String digestOf(PolicyType<?> type) {
        return type.config().getClassLoader() instanceof JarClasses jar ? jar.digest() : "";
    }
}
