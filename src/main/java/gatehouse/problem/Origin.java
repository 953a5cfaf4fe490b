package gatehouse.problem;

/** Whose fault a problem is; decides log level, metric label and whether another attempt makes sense. */
public enum Origin {
    /** The request was wrong or not allowed; told to the caller, seen in the access log only. */
    CLIENT,
    /** The gateway itself failed or has no capacity; logged as an error. */
    GATEWAY,
    /** The target refused, broke off, answered garbage or was late; logged as a warning, rate-limited. */
    UPSTREAM;

    private final String label = name().toLowerCase(java.util.Locale.ROOT);

    /** The word used in logs and metrics: {@code client}, {@code gateway} or {@code upstream}. */
    public String label() {
        return label;
    }
}
