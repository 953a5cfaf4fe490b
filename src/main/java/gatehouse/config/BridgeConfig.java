package gatehouse.config;

import java.time.Duration;

/** The registry's bridge for clients of the Vert.x event bus in other languages. */
@ShortForm("listen")
public record BridgeConfig(
        @Key(
                doc = "Address of the bridge. One that is not loopback needs at least one entry in `admin.tokens`.",
                value = "127.0.0.1:9901")
        ListenAddress listen,

        @Key(doc = "Most clients at once; more are refused with 503.", value = "64", min = 1, max = 10_000)
        int clients,

        @Key(
                doc =
                        "A client that says nothing for so long is let go, and so is one that has to name a token and does not.",
                value = "60s",
                min = 10)
        Duration idle) {}
