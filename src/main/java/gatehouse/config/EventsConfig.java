package gatehouse.config;

/** The stream of what happens on a node. */
public record EventsConfig(
        @Key(
                doc = "How many events are kept for clients that were away and come back with `Last-Event-ID`.",
                value = "1000",
                min = 1,
                max = 100_000)
        int keep,

        @Key(doc = "Most clients that watch at once; more are refused with 503.", value = "32", min = 1, max = 10_000)
        int clients) {}
