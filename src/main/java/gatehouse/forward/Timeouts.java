package gatehouse.forward;

import gatehouse.config.Key;
import gatehouse.config.Weaker;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import java.time.Duration;

/** Keys of {@code timeout}: the deadlines of an exchange. {@code 0s} switches one off but {@code connect}, which is needed. */
public record Timeouts(
        @Key(doc = "Longest wait for a connection to a target.", value = "2s", min = 1)
        Duration connect,

        @Key(
                doc =
                        "Longest wait for the head of a target's answer, counted from the last byte sent to it; then 504."
                                + " Where another target may be asked after that, it is at most a third of `total`. `0s`: no limit.",
                value = "15s",
                min = 0,
                weaker = Weaker.LARGER_OR_ZERO)
        Duration firstByte,

        @Key(
                doc = "Longest silence while a body is under way in either direction. `0s`: no limit.",
                value = "60s",
                min = 0,
                weaker = Weaker.LARGER_OR_ZERO)
        Duration idle,

        @Key(
                doc =
                        "Longest time for the whole exchange: waiting in line, attempts, the pauses between them and bodies"
                                + " included. `0s`, or `limits.streaming`: no limit.",
                value = "30s",
                min = 0,
                weaker = Weaker.LARGER_OR_ZERO)
        Duration total) {
    /** The setting {@code timeout}. */
    public static final PolicyType<Timeouts> TYPE =
            PolicyType.setting("timeout", "The deadlines of an exchange.", Stage.TIMEOUT, Timeouts.class);
}
