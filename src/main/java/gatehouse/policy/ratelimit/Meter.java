package gatehouse.policy.ratelimit;

/**
 * Counts the requests of each caller against one limit. It answers at once, also where several nodes share the limit: such a meter spends what was
 * lent to this node before (so many requests of a caller until a time), asks for more beside the requests, when little is left or a caller is new,
 * and spends this node's share of the limit where nobody lends. Thus a request never waits for another node, and what is let through beyond
 * the limit is at most what is lent and not yet given back. Thread-safe.
 */
interface Meter {
    /**
     * Asks for one request.
     *
     * @param caller a hash of who calls
     * @return nanoseconds until the caller's whole burst is there again; negative for a refusal: then nothing was counted, and the
     *     number, as a positive one, is how long to wait for the next request
     */
    long spend(long caller);
}
