package gatehouse.service;

/** What one event loop has under way at a service. May be read by any thread, and be a moment old. */
public interface Load {
    /** Requests that may be under way at once. */
    int limit();

    /** Requests that are. */
    int inFlight();

    /** Requests that wait for a place. */
    int waiting();
}
