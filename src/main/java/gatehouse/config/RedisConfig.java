package gatehouse.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;

/** A Redis, and how long anybody waits for it. */
@ShortForm("url")
public record RedisConfig(
        @Key(
                doc =
                        "Where it is: `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS with a certificate"
                                + " that this machine trusts. Best given as `${env:NAME}` or `${file:PATH}` when there is a password in it.",
                required = true,
                secret = true)
        String url,

        @Key(doc = "How long a connection may take to come about.", value = "500ms", min = 1, max = 60_000)
        Duration connect,

        @Key(doc = "Most connections of this node.", value = "6", min = 1, max = 1000)
        int pool,

        @Key(
                doc = "Most commands that wait for a connection; what comes on top does without Redis.",
                value = "100",
                min = 1,
                max = 10_000)
        int waiting)
        implements Checked {
    @Override
    public void check(Complaints complaints) {
        try {
            var uri = new URI(url);
            if (!("redis".equals(uri.getScheme()) || "rediss".equals(uri.getScheme())) || uri.getHost() == null) {
                complaints.add("url", "***", "redis://HOST:PORT or rediss://HOST:PORT");
            }
        } catch (URISyntaxException e) {
            complaints.add("url", "***", "redis://HOST:PORT or rediss://HOST:PORT");
        }
    }

    /** Hides what may be a password. */
    @Override
    public String toString() {
        return "RedisConfig[***]";
    }
}
