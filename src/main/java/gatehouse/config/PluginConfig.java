package gatehouse.config;

import org.jspecify.annotations.Nullable;

/** A policy that comes in a jar. Its name in the file is its key in {@code defaults}, services, bundles and routes. */
public record PluginConfig(
        @Key(
                doc = "Jar with the class, relative to the configuration's folder; it gets a class loader of its own.",
                required = true)
        String jar,

        @Key(doc = "Name of the class, which is a `gatehouse.plugin.PolicyPlugin`.", required = true)
        String main,

        @Key(doc = "SHA-256 of the jar in hexadecimal digits; a jar with another one is not loaded.") @Nullable String sha256)
        implements Checked {
    @Override
    public void check(Complaints complaints) {
        if (sha256 != null && !sha256.matches("[0-9A-Fa-f]{64}")) {
            complaints.add("sha256", NearestKey.cut(sha256), "64 hexadecimal digits");
        }
    }
}
