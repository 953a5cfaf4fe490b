package gatehouse.config;

import java.time.Duration;

/** What connections may ask of a listener that passes bytes on. */
public record StreamLimits(
        @Key(doc = "A connection on which nothing moved either way for this long is closed.", value = "10m", min = 10)
        Duration idle,

        @Key(
                doc = "Longest wait for what has to be known before a target is chosen: a PROXY header, a ClientHello.",
                value = "10s",
                min = 10)
        Duration hello,

        @Key(
                doc = "UDP: a client of which, and for which, nothing came for this long is forgotten.",
                value = "30s",
                min = 10)
        Duration session,

        @Key(doc = "UDP: most clients at once.", value = "10000", min = 1, max = 60000)
        int sessions) {}
