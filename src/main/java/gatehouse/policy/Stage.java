package gatehouse.policy;

/** Where a policy stands in the chain. The order of these constants is the order in which a request meets them. */
public enum Stage {
    /** Sizes first: nothing else may touch a message that is too large to look at. */
    SIZE,
    /** The last to change an answer's body: everything else sees it as it is. */
    COMPRESSION,
    /** Who may not even ask by its address is sent away before anything is spent on it. */
    ADDRESS,
    /** Before who calls is asked: a browser's preflight carries no credentials. */
    CORS,
    /** Policies of plugins that need not know who calls. */
    PLUGIN_BEFORE_AUTH,
    /** Who calls; all that follows may depend on it. */
    AUTH,
    /** What the caller may do, once it is known who that is. */
    ACCESS,
    /** Policies of plugins that may depend on who calls; before the cache, so that what they add to answers is of this call. */
    PLUGIN_BEHIND_ACCESS,
    /** Behind access, so that a limit is counted for who it is, and nobody else can use it up. */
    RATE,
    /** Behind the rate: what is refused there holds no place. */
    IN_FLIGHT,
    /** After admission, so that nothing is served to who was not admitted; before all that only a service needs. */
    CACHE,
    /** What is changed in an answer, before anybody else sees it. */
    RESPONSE,
    /** What is changed in a request; behind everything that decides whether it may pass. */
    REQUEST,
    /** Copies go out as the service gets the request. */
    MIRROR,
    /** Before retry: an open breaker spends no attempt. */
    BREAKER,
    /** Around each attempt. */
    RETRY,
    /** Deadlines of the attempts and of the whole exchange, kept by the forwarder. */
    TIMEOUT,
    /** What holds for connections that become WebSockets, kept by who carries them. */
    SOCKET
}
