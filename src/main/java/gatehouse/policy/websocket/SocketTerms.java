package gatehouse.policy.websocket;

import gatehouse.config.Checked.Complaints;
import gatehouse.config.ConfigDocument;
import gatehouse.config.Key;
import gatehouse.config.Rate;
import gatehouse.config.Size;
import gatehouse.policy.NamedFiles;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import gatehouse.policy.Surroundings;
import java.io.IOException;
import java.io.UncheckedIOException;
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
                                + " messages it is 1MiB where it is absent, 64KiB with `schema`, for which messages are held.",
                min = 1,
                max = 1073741824)
        @Nullable Size maxMessage,

        @Key(doc = "Most messages of a client in a time, such as `20/s`; more end with 1008.") @Nullable Rate messages,

        @Key(doc = "Whether a binary message ends with 1003.", value = "false")
        boolean textOnly,

        @Key(
                doc =
                        "File with a JSON schema for the messages of clients: draft 2020-12, or what its `$schema` says. What is no"
                                + " JSON ends with 1007, what is not as the schema says with 1008, a binary message with 1003. `format` is"
                                + " not checked, and `pattern` takes RE2 expressions.")
        @Nullable String schema,

        @Key(
                doc =
                        "How often both sides are pinged. One that leaves two in a row unanswered is given up. With any other key of"
                                + " messages it is 30s where it is absent.",
                min = 10)
        @Nullable Duration ping) {
    private static final Size USUAL_MESSAGE = Size.parse("1MiB");
    private static final Size USUAL_HELD = Size.parse("64KiB");
    private static final Duration USUAL_PING = Duration.ofSeconds(30);

    /** The setting {@code websocket}. */
    public static final PolicyType<SocketTerms> TYPE = PolicyType.using(
                    "websocket",
                    "How many WebSockets there may be, and what may pass through them.",
                    Stage.SOCKET,
                    SocketTerms.class,
                    SocketTerms::step)
            .checkedBy(SocketTerms::check)
            .builtAnew()
            .onlyWhereNamed();

    /** What holds for a route that says nothing of it. */
    public static final SocketTerms DEFAULT = ConfigDocument.defaults(SocketTerms.class);

    private Policy step(Surroundings surroundings) {
        if (schema == null) {
            return Policy.NONE;
        }
        try {
            return MessageSchema.read(schema, surroundings.files());
        } catch (IOException e) {
            throw new UncheckedIOException(schema + " " + e.getMessage(), e); // it was good a moment ago
        }
    }

    private void check(NamedFiles files, Complaints complaints) {
        if (schema != null && !files.areSealed()) {
            try {
                var unused = MessageSchema.read(schema, files);
            } catch (IOException e) {
                complaints.add("schema", schema + ", which " + e.getMessage(), "a file with a JSON schema");
            }
        }
    }

    /** Whether frames are looked at. */
    public boolean looksAtMessages() {
        return maxMessage != null || messages != null || textOnly || ping != null || schema != null;
    }

    /** Most bytes of a message, where frames are looked at. */
    public long mostBytes() {
        return (maxMessage != null ? maxMessage : schema == null ? USUAL_MESSAGE : USUAL_HELD).bytes();
    }

    /** How often both sides are pinged, where frames are looked at. */
    public Duration pingEvery() {
        return ping == null ? USUAL_PING : ping;
    }
}
