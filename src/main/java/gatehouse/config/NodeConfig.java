package gatehouse.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The process itself. */
public record NodeConfig(
        @Key(doc = "Name of this node in logs, in `Via` and at the admin API.", value = "gatehouse")
        String name,

        @Key(doc = "File that holds the process id and is locked; a second process on it exits with 3.") @Nullable String pidFile,

        @Key(doc = "Folder for what must survive a restart, such as a generated admin token.", value = "data")
        String dataDir,

        @Key(
                doc = "How sockets are driven. `auto` takes epoll where its native library loads and nio elsewhere."
                        + " io_uring costs less where it may be used; where it is forbidden, or there is no memory for its"
                        + " rings (80 KiB for each processor and two more, counted against `ulimit -l`), epoll is taken"
                        + " and the log says why.",
                value = "auto")
        Transport transport,

        @Key(
                doc = "Most connections from clients, over all listeners; what comes beyond is closed at once. By"
                        + " default 10000, or what the limit of open files allows.",
                min = 1)
        @Nullable Integer connections,

        @Key(
                doc = "Longest time until a verticle of the manifest is up. At the start the process ends when one"
                        + " takes longer; when one is redeployed, the one before goes on.",
                value = "30s",
                min = 1,
                weaker = Weaker.NEVER)
        Duration startTimeout,

        @Key(
                doc = "How long an event loop may be at one piece of work before `/health/live` answers 503, so that"
                        + " whoever supervises the process starts it anew.",
                value = "10s",
                min = 1,
                weaker = Weaker.NEVER)
        Duration blocked,

        @Key(doc = "How long the process waits at its end.", value = "{}")
        Drain drain)
        implements Checked {
    @Override
    public void check(Complaints complaints) {
        if (!HttpToken.is(name)) {
            complaints.add("name", name, "letters, digits and -._~ without blanks, as services see it in Via");
        }
    }

    /** Ways to drive sockets. */
    public enum Transport {
        /** The best one that has passed the test suite on this platform. */
        AUTO,
        /** Linux io_uring. */
        @Word("io_uring")
        IO_URING,
        /** Linux epoll. */
        EPOLL,
        /** The JDK's selectors. */
        NIO
    }

    /** How a stopping node ends its work. */
    public record Drain(
            @Key(
                    doc = "Longest wait for HTTP exchanges in flight after SIGTERM; what is left is then cut.",
                    value = "30s",
                    min = 0,
                    weaker = Weaker.NEVER)
            Duration http,

            @Key(
                    doc =
                            "Over how long WebSockets are told to go after SIGTERM (close code 1001), evenly, so that not all"
                                    + " clients come back at once; but at least ten a second.",
                    value = "5m",
                    min = 0,
                    weaker = Weaker.NEVER)
            Duration websocket,

            @Key(
                    doc = "Longest wait for connections of `tcp` listeners and tunnels of `forward` ones.",
                    value = "30s",
                    min = 0,
                    weaker = Weaker.NEVER)
            Duration tcp,

            @Key(
                    doc = "How long `/health/ready` answers 503 before ports stop accepting, so that a balancer in"
                            + " front takes this node out first.",
                    value = "0s",
                    min = 0,
                    weaker = Weaker.NEVER)
            Duration notice) {
        /** How long a WebSocket that is told last may take to end. */
        private static final Duration LAST = Duration.ofSeconds(3);

        /** When the last WebSocket has ended at the latest. */
        public Duration webSocketsEnd() {
            return websocket.plus(LAST);
        }
    }
}
