package gatehouse.ws;

/** A connection that was handed over and is open. Confined to its event loop. */
interface OpenSocket {
    /** Looks whether it is still wanted; about once a second. */
    void sweep(long now);

    /** Closes it in order, with this code. */
    void close(int code);

    /** Ends it at once. */
    void cut();
}
