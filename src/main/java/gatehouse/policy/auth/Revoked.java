package gatehouse.policy.auth;

import gatehouse.bus.Topic;
import java.time.Instant;

/**
 * A token, or the tokens of a subject, is not taken any more. Told to all nodes; who hears it twice has heard it once.
 *
 * @param subject whether it is about a subject; else about one token
 * @param name the subject, or the token's {@code jti}
 * @param before of a subject: tokens issued at that time or earlier, in seconds since 1970
 * @param until when it may be forgotten, in milliseconds since 1970
 */
public record Revoked(boolean subject, String name, long before, long until) {
    /** Where it is told, on all nodes. */
    public static final Topic<Revoked> TOPIC = Topic.of("gatehouse.auth.revoked", Revoked.class);

    static Revoked token(String id, Instant until) {
        return new Revoked(false, id, 0, until.toEpochMilli());
    }

    static Revoked subject(String name, Instant before, Instant until) {
        return new Revoked(true, name, before.getEpochSecond(), until.toEpochMilli());
    }

    /** What both say of the same. */
    Revoked and(Revoked other) {
        return new Revoked(subject, name, Math.max(before, other.before), Math.max(until, other.until));
    }
}
