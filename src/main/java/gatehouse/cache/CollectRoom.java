package gatehouse.cache;

import java.util.concurrent.atomic.AtomicLong;

/** The bytes of all bodies that are collected at one time. Thread-safe. */
final class CollectRoom {
    private final AtomicLong taken = new AtomicLong();
    private volatile long most;

    CollectRoom(long most) {
        this.most = most;
    }

    /** Changes how many there may be. */
    void resize(long bytes) {
        most = bytes;
    }

    /** Takes room; false where there is none, and none was taken. */
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= most) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    void give(long bytes) {
        taken.addAndGet(-bytes);
    }

    long taken() {
        return taken.get();
    }
}
