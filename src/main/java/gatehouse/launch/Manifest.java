package gatehouse.launch;

import gatehouse.config.Checked;
import gatehouse.config.Key;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code verticles.json} says: which verticles run on this node.
 *
 * @param schema address of the schema, for editors
 * @param verticles entries by name
 */
public record Manifest(
        @Key(name = "$schema", doc = "The schema of this file, for editors.") @Nullable String schema,

        @Key(doc = "What runs on this node, by name.") Map<String, Entry> verticles) {

    /** One verticle. */
    public record Entry(
            @Key(
                    doc =
                            "`HttpProxyVerticle`, `AdminVerticle`, `RegistryVerticle`, `CacheRefreshVerticle`, `WsProxyVerticle`, `TcpProxyVerticle`, `GrpcProxyVerticle`, or the name of a class that is a Vert.x verticle.",
                    required = true)
            String main,

            @Key(doc = "Jar with the class, relative to the manifest; it gets a class loader of its own.") @Nullable String jar,

            @Key(doc = "SHA-256 of the jar in hexadecimal digits; a jar with another one is not run.") @Nullable String sha256,

            @Key(doc = "How many instances; `cores` is one per processor.", value = "1")
            Instances instances,

            @Key(doc = "`false` keeps the entry out.", value = "true")
            boolean enabled,

            @Key(doc = "Handed to the verticle as its configuration.")
            Map<String, Object> config)
            implements Checked {
        /** An entry whose jar may be any. */
        public Entry(
                String main, @Nullable String jar, Instances instances, boolean enabled, Map<String, Object> config) {
            this(main, jar, null, instances, enabled, config);
        }

        @Override
        public void check(Complaints complaints) {
            if (sha256 != null && !sha256.matches("[0-9A-Fa-f]{64}")) {
                complaints.add("sha256", sha256, "64 hexadecimal digits");
            } else if (sha256 != null && jar == null) {
                complaints.add("sha256", "a hash without a jar", "the jar that it is of");
            }
        }

        /** Whether a jar with this hash may be run. */
        boolean takes(String digest) {
            return sha256 == null || sha256.equalsIgnoreCase(digest);
        }
    }

    /** Whether an enabled entry runs this. */
    boolean runs(BuiltIn verticle) {
        return verticles.values().stream().anyMatch(entry -> entry.enabled() && verticle.isMainOf(entry));
    }

    /** The manifest that is used where a command brings none: all that the gateway brings. */
    public static Manifest builtIn() {
        var entries = new LinkedHashMap<String, Entry>();
        entries.put("registry", one(BuiltIn.REGISTRY));
        entries.put("cache", one(BuiltIn.CACHE));
        entries.put("http", new Entry(BuiltIn.HTTP.main(), null, Instances.CORES, true, Map.of()));
        entries.put("ws", one(BuiltIn.WS));
        entries.put("tcp", one(BuiltIn.TCP));
        entries.put("grpc", one(BuiltIn.GRPC));
        entries.put("admin", one(BuiltIn.ADMIN));
        return new Manifest(null, entries);
    }

    private static Entry one(BuiltIn verticle) {
        return new Entry(verticle.main(), null, new Instances(1), true, Map.of());
    }
}
