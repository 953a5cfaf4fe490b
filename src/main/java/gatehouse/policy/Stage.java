package gatehouse.policy;

/** Where a policy stands in the chain. The order of these constants is the order in which a request meets them. */
public enum Stage {
    /** Sizes first: nothing else may touch a message that is too large to look at. */
    SIZE,
    /** After admission, so that nothing is served to who was not admitted; before all that only a service needs. */
    CACHE,
    /** Before retry: an open breaker spends no attempt. */
    BREAKER,
    /** Around each attempt. */
    RETRY,
    /** Deadlines of the attempts and of the whole exchange, kept by the forwarder. */
    TIMEOUT
}
