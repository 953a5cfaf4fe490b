package gatehouse.exchange;

/** What becomes of the connection of an exchange that asks for a WebSocket. Made only for such. */
final class Switching {
    private boolean done;
    private int closeCode;

    /** The connection was handed over. */
    void done() {
        done = true;
    }

    boolean isDone() {
        return done;
    }

    /** The WebSocket was closed. */
    void closedWith(int code) {
        closeCode = code;
    }

    int closeCode() {
        return closeCode;
    }
}
