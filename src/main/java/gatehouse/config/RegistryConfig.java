package gatehouse.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The registry: how long instances live without a word, and how much of everything there may be. */
public record RegistryConfig(
        @Key(doc = "How long an instance is believed without a renewal.", value = "{}")
        Ttl ttl,

        @Key(
                doc = "How long an instance whose lease has run out is kept as a last choice. Then it is gone.",
                value = "30s",
                min = 0,
                weaker = Weaker.NEVER)
        Duration grace,

        @Key(doc = "Keeps a service whose instances fall silent together: that is rather the network.", value = "{}")
        SelfPreservation selfPreservation,

        @Key(doc = "How much may be registered.", value = "{}")
        Quotas limits,

        @Key(
                doc =
                        "How many of the last changes are remembered for those who follow; who missed more reads all anew.",
                value = "4096",
                min = 1,
                max = 1_000_000,
                weaker = Weaker.NEVER)
        int log,

        @Key(
                doc = "Most requests that wait for a change and watches, together; more are refused with 503.",
                value = "128",
                min = 1,
                max = 100_000)
        int followers,

        @Key(
                doc =
                        "Address ranges that may be registered although they are refused by default: link-local, multicast"
                                + " and metadata addresses, the gateway's own ports, and loopback where the admin API is"
                                + " reached from other machines.")
        List<Cidr> allow,

        @Key(
                doc = "How often renewals are saved to `<dataDir>/registry.json`; changes are saved as they come.",
                value = "5s",
                min = 10,
                weaker = Weaker.NEVER)
        Duration save,

        @Key(doc = "For clients of the Vert.x event bus in other languages, over SockJS; absent, there is none.")
        @Nullable BridgeConfig bridge) {

    /** Lifetimes. */
    public record Ttl(
            @Key(
                    name = "default",
                    doc = "Where a registration names none.",
                    value = "30s",
                    min = 1,
                    weaker = Weaker.NEVER)
            Duration standard,

            @Key(doc = "Shortest that a registration may ask for.", value = "5s", min = 1, weaker = Weaker.SMALLER)
            Duration min,

            @Key(doc = "Longest that a registration may ask for.", value = "1h", min = 1)
            Duration max)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            if (min.compareTo(max) > 0) {
                complaints.add("min", Durations.show(min.toMillis()), "at most max");
            } else if (standard.compareTo(min) < 0 || standard.compareTo(max) > 0) {
                complaints.add("default", Durations.show(standard.toMillis()), "a duration from min to max");
            }
        }
    }

    /** What is kept against all appearance. */
    public record SelfPreservation(
            @Key(
                    doc =
                            "While more than this share of a service's instances is silent, and two at least, they stay as a"
                                    + " last choice. `100%` switches it off.",
                    value = "30%",
                    weaker = Weaker.NEVER)
            Share share,

            @Key(
                    doc = "An instance silent for longer than this goes in any case.",
                    value = "15m",
                    min = 0,
                    weaker = Weaker.NEVER)
            Duration most) {}

    /** Quotas. */
    public record Quotas(
            @Key(doc = "Most instances in all.", value = "10000", min = 1, max = 1_000_000)
            int instances,

            @Key(doc = "Most instances of one service.", value = "1000", min = 1, max = 100_000)
            int perService,

            @Key(doc = "Most bytes of one instance's metadata, names and values together.", value = "8KiB")
            Size metadata,

            @Key(
                    doc = "Most changes per second from one token, with as many at once; renewals are none.",
                    value = "50",
                    min = 1,
                    max = 1_000_000)
            int writes,

            @Key(doc = "Most renewals per second from one token.", value = "2000", min = 1, max = 1_000_000)
            int renewals) {}
}
