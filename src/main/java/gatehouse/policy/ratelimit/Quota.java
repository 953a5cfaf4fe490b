package gatehouse.policy.ratelimit;

import gatehouse.cluster.Ledger.Lent;
import io.vertx.core.Future;

/** A limit that several nodes draw on: one account for each caller, kept where all of them reach it. Thread-safe. */
@FunctionalInterface
interface Quota {
    /**
     * Charges what was spent before, whether or not the limit allows it, and lends up to {@code want} requests, as far as it does.
     *
     * @param caller a hash of who calls, the same on all nodes
     * @param spent requests that were let through on nobody's word; negative to give back what was lent
     * @return may take long or fail; then it is not known whether anything was charged
     */
    Future<Lent> lend(long caller, long spent, long want);
}
