package gatehouse.plugin;

/** Where a policy of a plugin stands. Several in one place run in the order of their names, whatever stands in the file. */
public enum Place {
    /** Behind sizes, addresses and preflights, before anybody asks who calls. */
    BEFORE_AUTH,
    /** Behind {@code auth} and {@code access}, so that who calls is known, and before limits, cache, edits and the service. */
    BEHIND_ACCESS
}
