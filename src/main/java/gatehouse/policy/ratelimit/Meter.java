package gatehouse.policy.ratelimit;

import io.vertx.core.Future;

/** Counts the requests of each caller against one limit. Thread-safe. */
interface Meter {
    /** It depends on others who are being asked. */
    long UNDECIDED = 0;

    /**
     * Asks for one request.
     *
     * @param caller a hash of who calls
     * @return nanoseconds until the caller's whole burst is there again; negative for a refusal: then nothing was counted, and the
     *     number, as a positive one, is how long to wait for the next request; or {@link #UNDECIDED}
     */
    long spend(long caller);

    /** What was undecided, on the event loop of the caller; never undecided again, and never later than this meter has patience. */
    default Future<Long> settle(long caller) {
        return Future.succeededFuture(spend(caller));
    }

    /** Takes back what one request was counted, as another limit has refused it. */
    void giveBack(long caller);
}
