package gatehouse.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How connections to targets are encrypted: TLS 1.3 and 1.2, and the target has to be who it should be. */
public record ServiceTls(
        @Key(doc = "PEM file with the certificates that are believed; absent: those of the Java runtime.") @Nullable String ca,

        @Key(doc = "PEM file with the certificate that the gateway shows.") @Nullable String cert,

        @Key(doc = "PEM file with its private key.") @Nullable String key,

        @Key(doc = "Name that is asked for and must stand in the certificate; absent: the host in the target's URL.")
        @Nullable String serverName,

        @Key(
                doc = "Whether the target's certificate and name are verified. `false` needs `unsafe: [verify]`.",
                value = "true")
        boolean verify,

        @Key(doc = "`[verify]` allows `verify: false`.", value = "[]")
        List<String> unsafe)
        implements Checked {
    /** As it is where nothing is said. */
    public static final ServiceTls DEFAULT = ConfigDocument.defaults(ServiceTls.class);

    @Override
    public void check(Complaints complaints) {
        if ((cert == null) != (key == null)) {
            complaints.add(cert == null ? "key" : "cert", "one of cert and key", "both or none");
        }
        if (!verify && !unsafe.contains("verify")) {
            complaints.add("verify", "false, so that anybody could be the target", "true, or unsafe: [verify]");
        }
        if (!verify && ca != null) {
            complaints.add("ca", ca, "none with verify: false, which believes everybody");
        }
        for (var i = 0; i < unsafe.size(); i++) {
            if (!unsafe.get(i).equals("verify")) {
                complaints.add("unsafe." + i, NearestKey.cut(unsafe.get(i)), "verify");
            }
        }
    }
}
