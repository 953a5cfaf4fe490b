package gatehouse.forward;

import gatehouse.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt failed.
 *
 * @param kind what broke
 * @param problem what the client is told when nothing helps
 * @param why one line for the target's status
 * @param excused whether the gateway itself was so late that this says nothing of the target
 */
record Failure(
        Kind kind, ProblemException problem, @Nullable String why, boolean excused) {
    Failure(Kind kind, ProblemException problem, @Nullable String why) {
        this(kind, problem, why, false);
    }

    /** The same, for which nobody but the gateway is to blame. */
    Failure excuse() {
        return new Failure(kind, problem, why, true);
    }

    /** Whether the target is to blame, for its health and for breakers. */
    boolean countsAgainstTarget() {
        return kind.countsAgainstTarget && !excused;
    }

    enum Kind {
        /** No connection: nothing was sent. */
        CONNECT(true),
        /** Broken off before the head of an answer. */
        RESET(true),
        /** Broken off, and the target said that it had done nothing for it. */
        UNPROCESSED(true),
        /** A kept connection that was gone when it was used again; the target is not to blame. */
        STALE(false),
        /** No answer in time. */
        TIMEOUT(true),
        /** The target answered something that is not HTTP. */
        GARBAGE(true),
        /** No target takes requests. */
        NO_TARGET(true),
        /** No place at the service or in the line before it: nothing was sent, nobody is to blame. */
        OVERLOAD(false),
        /** The client broke its request or left, or the gateway failed; the target is not to blame. */
        NOT_THE_TARGET(false);

        private final boolean countsAgainstTarget;

        Kind(boolean countsAgainstTarget) {
            this.countsAgainstTarget = countsAgainstTarget;
        }
    }
}
