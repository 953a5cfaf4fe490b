package gatehouse.problem;

/** Whose fault a problem is. */
public enum Origin {
    /** The request was wrong or not allowed. */
    CLIENT,
    /** The gateway itself failed or has no capacity; a failure (500) is logged as an error with its cause. */
    GATEWAY,
    /** The target refused, broke off, answered garbage or was late; one fetch that ends so is the failure of all who wait for it. */
    UPSTREAM
}
