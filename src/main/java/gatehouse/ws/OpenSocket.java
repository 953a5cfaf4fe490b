package gatehouse.ws;

/** A connection that was handed over and is open. Confined to its event loop. */
interface OpenSocket {
    /** Looks whether it is still wanted; about once a second. */
    void sweep(long now);

    /** Closes it in order, with this code. */
    void close(int code);

    /** Whether it goes as soon as the node ends, as its client comes back by itself and not at the same moment as others. */
    default boolean goesAtOnce() {
        return false;
    }

    /** Ends it at once. */
    void cut();
}
