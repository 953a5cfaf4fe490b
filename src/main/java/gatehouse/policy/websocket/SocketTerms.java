package gatehouse.policy.websocket;

import gatehouse.config.ConfigDocument;
import gatehouse.config.Key;
import gatehouse.config.Rate;
import gatehouse.config.Size;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keys of {@code websocket}. As long as none of those stands there that are about messages, bytes pass untouched. With one of
 * them each frame is looked at, and no extension is negotiated, as what is compressed could not be.
 */
public record SocketTerms(
        @Key(
                doc = "Most WebSockets of the route that are open at once on a node; more are 503.",
                value = "10000",
                min = 1)
        int connections,

        @Key(
                doc = "A WebSocket on which nothing moves for this long is closed with 1001. `0s`: no limit.",
                value = "300s",
                min = 0)
        Duration idle,

        @Key(
                doc =
                        "Most bytes of a message, all its fragments together; a longer one ends with 1009. With any other key of"
                                + " messages it is 1MiB where it is absent.",
                min = 1,
                max = 1073741824)
        @Nullable Size maxMessage,

        @Key(doc = "Most messages of a client in a time, such as `20/s`; more end with 1008.") @Nullable Rate messages,

        @Key(doc = "Whether a binary message ends with 1003.", value = "false")
        boolean textOnly,

        @Key(
                doc =
                        "How often both sides are pinged. One that leaves two in a row unanswered is given up. With any other key of"
                                + " messages it is 30s where it is absent.",
                min = 10)
        @Nullable Duration ping) {
    private static final Size USUAL_MESSAGE = Size.parse("1MiB");
    private static final Duration USUAL_PING = Duration.ofSeconds(30);

    /** The setting {@code websocket}. */
    public static final PolicyType<SocketTerms> TYPE = PolicyType.setting(
                    "websocket",
                    "How many WebSockets there may be, and what may pass through them.",
                    Stage.SOCKET,
                    SocketTerms.class)
            .onlyWhereNamed();

    /** What holds for a route that says nothing of it. */
    public static final SocketTerms DEFAULT = ConfigDocument.defaults(SocketTerms.class);

    /** Whether frames are looked at. */
    public boolean looksAtMessages() {
        return maxMessage != null || messages != null || textOnly || ping != null;
    }

    /** Most bytes of a message, where frames are looked at. */
    public long mostBytes() {
        return (maxMessage == null ? USUAL_MESSAGE : maxMessage).bytes();
    }

    /** How often both sides are pinged, where frames are looked at. */
    public Duration pingEvery() {
        return ping == null ? USUAL_PING : ping;
    }
}
