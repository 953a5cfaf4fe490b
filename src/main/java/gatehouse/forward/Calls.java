package gatehouse.forward;

import gatehouse.config.CallName;
import gatehouse.config.ConfigDocument;
import gatehouse.config.Key;
import gatehouse.config.Size;
import gatehouse.config.Weaker;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import java.time.Duration;
import java.util.List;

/** Keys of {@code grpc}: what holds for calls of gRPC in place of {@code limits} and {@code timeout.total}. */
public record Calls(
        @Key(
                doc = "Longest message in either direction; a longer one ends the call with `RESOURCE_EXHAUSTED`.",
                value = "4MiB",
                min = 1,
                max = 2_147_483_647)
        Size message,

        @Key(
                doc = "Longest `grpc-timeout`; more is cut to it. A call without one may take any time.",
                value = "1h",
                min = 1,
                weaker = Weaker.LARGER_NOT_OFF)
        Duration deadline,

        @Key(
                doc =
                        "Methods that `retry.grpc` may send again, as `package.Service/Method`, or `package.Service` for all of it.",
                value = "[]")
        List<CallName> idempotent) {
    /** The setting {@code grpc}. */
    public static final PolicyType<Calls> TYPE = PolicyType.setting(
                    "grpc", "What holds for calls of gRPC.", Stage.TIMEOUT, Calls.class)
            .onlyWhereNamed();

    /** What holds where nothing is said. */
    public static final Calls USUAL = ConfigDocument.defaults(Calls.class);

    /** Copies the list. */
    public Calls {
        idempotent = List.copyOf(idempotent);
    }

    /** Whether the method of a path is named as one that may be called twice. */
    public boolean isIdempotent(String path) {
        for (var i = 0; i < idempotent.size(); i++) {
            if (idempotent.get(i).isAt(path)) {
                return true;
            }
        }
        return false;
    }
}
