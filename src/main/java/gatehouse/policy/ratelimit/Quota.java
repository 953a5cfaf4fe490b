package gatehouse.policy.ratelimit;

import io.vertx.core.Future;

/** A limit that several nodes draw on: one account for each caller, kept where all of them reach it. Thread-safe. */
interface Quota {
    /**
     * Charges what was spent before, whether or not the limit allows it, and lends up to {@code want} requests, as far as it does.
     *
     * @param caller a hash of who calls, the same on all nodes
     * @param spent requests that were let through on nobody's word; negative to give back what was lent
     * @return may take long or fail; then it is not known whether anything was charged
     */
    Future<Lent> lend(long caller, long spent, long want);

    /**
     * What a node was lent.
     *
     * @param granted so many requests it may let through
     * @param debt nanoseconds until the whole burst is there again, if nobody else calls
     */
    record Lent(long granted, long debt) {}
}
