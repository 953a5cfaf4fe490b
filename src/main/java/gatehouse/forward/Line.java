package gatehouse.forward;

import org.jspecify.annotations.Nullable;

/**
 * The line of requests that wait for a place at one service on one event loop: bounded in length and in time.
 *
 * <p>A line that empties every now and then evens out bursts, and the oldest goes first. One that does not, or that had to send
 * somebody away a moment ago, has become the state of things: whoever comes from behind it has waited so long that its client may have given up, so all work done is for
 * nobody. From then on the newest goes first, the oldest makes room for it, and nobody waits long: a few are served at once
 * and the others know at once (B. Maurer, <em>Fail at Scale</em>, ACM Queue 13-8, 2015: adaptive LIFO and controlled delay).
 *
 * <p>The clock is an argument. Confined to its event loop.
 */
final class Line {
    /** While the line is overloaded, nobody waits longer than this part of the usual wait. */
    private static final int HURRY = 20;

    private final int most;
    private final long wait;
    private @Nullable Place oldest;
    private @Nullable Place newest;
    private int size;
    private long busySince;
    private long refusedAt;
    private boolean everRefused;

    /**
     * An empty line.
     *
     * @param most most that wait at once
     * @param wait longest wait in nanoseconds
     */
    Line(int most, long wait) {
        this.most = wait == 0 ? 0 : most;
        this.wait = wait;
    }

    /** One that waits. */
    abstract static class Place extends Deadlines.Watched {
        private @Nullable Place older;
        private @Nullable Place newer;
        private boolean waits;
        private long since;

        /** Whether it stands in the line. */
        final boolean waits() {
            return waits;
        }
    }

    int size() {
        return size;
    }

    /** Whether it has not been empty for longer than anybody may wait, or somebody was sent away less than such a time ago. */
    boolean isOverloaded(long now) {
        return size > 0 && (now - busySince > wait || (everRefused && now - refusedAt < wait));
    }

    /** Somebody was sent away: a line that is empty for a moment after that is no calm one. */
    void refused(long now) {
        everRefused = true;
        refusedAt = now;
    }

    /**
     * Joins the line.
     *
     * @return who must leave for it: an older one, {@code place} itself if there is no room, or null
     */
    @Nullable Place join(Place place, long now) {
        if (most == 0) {
            return place;
        }
        Place leaves = null;
        if (size == most) {
            if (!isOverloaded(now)) {
                return place;
            }
            leaves = oldest;
        }
        if (size++ == 0) {
            busySince = now;
        }
        place.waits = true;
        place.since = now;
        place.older = newest;
        place.newer = null;
        if (newest == null) {
            oldest = place;
        } else {
            newest.newer = place;
        }
        newest = place;
        if (leaves != null) {
            leave(leaves);
        }
        return leaves;
    }

    /** Leaves the line; harmless for one that does not wait. */
    void leave(Place place) {
        if (!place.waits) {
            return;
        }
        place.waits = false;
        if (place.older == null) {
            oldest = place.newer;
        } else {
            place.older.newer = place.newer;
        }
        if (place.newer == null) {
            newest = place.older;
        } else {
            place.newer.older = place.older;
        }
        size--;
    }

    /** Whose turn it is; null when nobody waits. */
    @Nullable Place first(long now) {
        return isOverloaded(now) ? newest : oldest;
    }

    /** Whose turn it is when this one can't go. */
    @Nullable Place after(Place place, long now) {
        return isOverloaded(now) ? place.older : place.newer;
    }

    /** Until when one that waits may wait as things are now. */
    long patienceOf(Place place, long now) {
        return place.since + (isOverloaded(now) ? wait / HURRY : wait);
    }

    /** The one that has waited longest, if it has waited longer than one may as things are now. */
    @Nullable Place overdue(long now) {
        return oldest != null && now - patienceOf(oldest, now) >= 0 ? oldest : null;
    }

    /** When to look at one that waits: the line may be overloaded by then. */
    long nextLookAt(Place place, long now) {
        var hurried = place.since + wait / HURRY;
        return hurried - now > 0 ? hurried : place.since + wait;
    }
}
