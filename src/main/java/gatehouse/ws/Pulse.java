package gatehouse.ws;

/**
 * Whether a side still answers pings. Whatever it sends tells that it is there: who is in the midst of a frame can't answer before its
 * end, and who was not asked, as it has much to take, has nothing to answer. Confined to its event loop.
 */
final class Pulse {
    private static final int MOST_MISSED = 2;

    private long bytes;
    private boolean asked;
    private int missed;

    /**
     * Whether it has left two pings in a row unanswered; asked once in each beat.
     *
     * @param soFar bytes that have come from it
     */
    boolean isGone(long soFar) {
        if (soFar != bytes) {
            missed = 0;
        } else if (asked) {
            missed++;
        }
        bytes = soFar;
        asked = false;
        return missed >= MOST_MISSED;
    }

    /** It was sent a ping. */
    void asked() {
        asked = true;
    }
}
