package gatehouse.registry;

/** Somebody's being told of changes, until it is ended. */
@FunctionalInterface
public interface Following {
    /** Ends it; a nudge that is just under way may still come. */
    void end();
}
