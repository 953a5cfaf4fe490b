package gatehouse.policy;

/** Where a policy stands in the chain. The order of these constants is the order in which a request meets them. */
public enum Stage {
    /** Sizes first: nothing else may touch a message that is too large to look at. */
    SIZE,
    /** Who may not even ask by its address is sent away before anything is spent on it. */
    ADDRESS,
    /** Who calls; all that follows may depend on it. */
    AUTH,
    /** What the caller may do, once it is known who that is. */
    ACCESS,
    /** Before retry: an open breaker spends no attempt. */
    BREAKER,
    /** Around each attempt. */
    RETRY,
    /** Deadlines of the attempts and of the whole exchange, kept by the forwarder. */
    TIMEOUT
}
