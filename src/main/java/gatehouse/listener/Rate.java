package gatehouse.listener;

/** Most events within a time. The clock is looked at only when there were that many. */
final class Rate {
    private final int most;
    private final long time;
    private long since = System.nanoTime();
    private int count;

    Rate(int most, long time) {
        this.most = most;
        this.time = time;
    }

    /** Counts an event; whether it is within the limit. */
    boolean take() {
        if (++count <= most) {
            return true;
        }
        var now = System.nanoTime();
        if (now - since < time) {
            return false;
        }
        since = now;
        count = 1;
        return true;
    }

    /** Takes events back. */
    void pay(int events) {
        count = Math.max(0, count - events);
    }
}
