package gatehouse.config;

import java.time.Duration;

/** What is kept of topics on this node, and what bounds their clients. */
public record TopicsConfig(
        @Key(
                doc = "Messages kept of each topic, for clients that come back with `Last-Event-ID`.",
                value = "100",
                min = 1,
                max = 10000)
        int replay,

        @Key(
                doc = "Most bytes of messages kept of each topic; the newest is kept whatever its length.",
                value = "256KiB",
                min = 1024)
        Size replayBytes,

        @Key(
                doc = "How long messages of a topic are kept, and new ones taken, when nobody listens any more.",
                value = "5m",
                min = 0,
                weaker = Weaker.NEVER)
        Duration keep,

        @Key(
                doc =
                        "With `redis`: longest wait for it, of a client that comes back and of a message that is posted. Both go on"
                                + " without it then.",
                value = "300ms",
                min = 1,
                max = 10_000)
        Duration patience,

        @Key(
                doc =
                        "How long a browser waits before it comes back: each another time, from a third of this to all of it.",
                value = "5s",
                min = 3,
                max = 600_000)
        Duration retry,

        @Key(doc = "Most topics that are listened to at once; more are 503.", value = "1000", min = 1)
        int most,

        @Key(doc = "Most clients that listen, all topics together; more are 503.", value = "10000", min = 1)
        int subscribers,

        @Key(
                doc = "Longest message that is taken and pushed; longer ones from the event bus are dropped.",
                value = "64KiB",
                min = 1,
                max = 1048576)
        Size message) {}
