package gatehouse.forward;

import gatehouse.config.Expects;
import gatehouse.config.Key;
import gatehouse.config.Share;
import gatehouse.config.Weaker;
import gatehouse.exchange.GrpcStatus;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import java.time.Duration;
import java.util.List;

/**
 * Keys of {@code retry}. A request is sent again only while nothing was answered to the client, and only if it can't have
 * been processed or its method is idempotent (RFC 9110 §9.2.2).
 */
public record Retry(
        @Key(
                doc = "What is tried again: `connect` no connection came about (any method: nothing was sent) · `reset`"
                        + " broken off before an answer · `timeout` no answer in time, if there is another target · or a"
                        + " status from 500 to 599.",
                value = "[connect, reset, timeout, 502, 503, 504]")
        List<Cause> when,

        @Key(
                doc =
                        "Most attempts in all, the first included. Three tries are not counted, here or as `attempts` of the"
                                + " access log: one at a target to which no connection comes about, as long as another is"
                                + " there that was not asked, one on a kept connection that turns out to be gone, and one of a"
                                + " call of gRPC that its target says to have done nothing for.",
                value = "2",
                min = 1,
                max = 10,
                weaker = Weaker.LARGER_NOT_OFF)
        int attempts,

        @Key(
                doc =
                        "Longest pause before a second attempt; it doubles with each further one, up to ten times. The pause"
                                + " is drawn at random below it.",
                value = "25ms",
                min = 0,
                max = 10_000,
                weaker = Weaker.NEVER)
        Duration backoff,

        @Key(
                doc =
                        "Attempts beyond the first may make up this share of the requests, plus three a second. A request that"
                                + " a trusted proxy marks with `X-Retry-Attempt` gets none.",
                value = "20%",
                weaker = Weaker.LARGER_NOT_OFF)
        Share budget,

        @Key(
                doc =
                        "Statuses of gRPC that are tried again, such as `[UNAVAILABLE]`, of methods that `grpc.idempotent` names and"
                                + " as long as no message was answered. `grpc-retry-pushback-ms` of a service is respected.",
                value = "[UNAVAILABLE]")
        List<Code> grpc) {
    /** The setting {@code retry}. */
    public static final PolicyType<Retry> TYPE = PolicyType.setting(
            "retry",
            "Which failures are tried again at another target. A request is sent again if its method is idempotent"
                    + " (`GET`, `HEAD`, `PUT`, `DELETE`, `OPTIONS`, `TRACE`); one of any method as long as nothing of it"
                    + " was sent.",
            Stage.RETRY,
            Retry.class);

    /** Copies the list. */
    public Retry {
        when = List.copyOf(when);
        grpc = List.copyOf(grpc);
    }

    /**
     * Something that is tried again.
     *
     * @param word as it stands in the file
     * @param status the status meant, or 0
     */
    @Expects(
            value = "connect, reset, timeout or a status from 500 to 599",
            pattern = "^(connect|reset|timeout|5[0-9][0-9])$",
            words = {"connect", "reset", "timeout"})
    public record Cause(String word, int status) {
        /** No connection came about. */
        public static final Cause CONNECT = new Cause("connect", 0);

        /** The connection broke before an answer. */
        public static final Cause RESET = new Cause("reset", 0);

        /** The answer did not come in time. */
        public static final Cause TIMEOUT = new Cause("timeout", 0);

        /** Reads a cause. */
        public static Cause parse(String text) {
            if (text.length() == 3 && text.charAt(0) == '5' && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return new Cause(text, Integer.parseInt(text));
            }
            return switch (text) {
                case "connect" -> CONNECT;
                case "reset" -> RESET;
                case "timeout" -> TIMEOUT;
                default -> throw new IllegalArgumentException("nothing that can be tried again");
            };
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /**
     * A status of gRPC.
     *
     * @param name its name
     */
    @Expects(value = "a status of gRPC such as UNAVAILABLE", pattern = "^[A-Z_]+$")
    public record Code(String name) {
        /** Reads a status. */
        public static Code parse(String text) {
            if (GrpcStatus.code(text) <= 0) {
                throw new IllegalArgumentException("no status of a call that failed");
            }
            return new Code(text);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Whether a call that failed with this status is tried again. */
    boolean coversCall(int code) {
        for (var covered : grpc) {
            if (GrpcStatus.code(covered.name()) == code) {
                return true;
            }
        }
        return false;
    }

    /** Longest pause before the next attempt, in milliseconds, after so many. */
    long pauseMillis(int attempts) {
        var first = backoff.toMillis();
        return Math.min(first << Math.min(attempts - 1, 10), first * 10);
    }

    /** Whether an answer that does not come in time is asked for elsewhere. */
    boolean coversTimeouts() {
        for (var cause : when) {
            if (cause.equals(Cause.TIMEOUT)) {
                return true;
            }
        }
        return false;
    }

    /** Whether an answer with this status is tried again. */
    boolean covers(int status) {
        for (var cause : when) {
            if (cause.status() == status) {
                return true;
            }
        }
        return false;
    }
}
