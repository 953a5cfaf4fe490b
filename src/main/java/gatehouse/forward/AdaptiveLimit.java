package gatehouse.forward;

import java.util.concurrent.TimeUnit;

/**
 * Finds out how many requests a service can work on at once, by nothing but the time to the head of its answers.
 *
 * <p>The thought is TCP's. Up to its capacity a service answers in the same time however many requests it has; beyond, each
 * further one only waits, and the time grows with their number (Little's law). So the limit grows while the time stays near
 * its long-term <em>floor</em>, and shrinks when it is far above it (L. Brakmo and L. Peterson, TCP Vegas, 1994; V. Jacobson,
 * Congestion Avoidance and Control, 1988; Netflix concurrency-limits, {@code Gradient2Limit}; Envoy's adaptive concurrency).
 * What differs from these, and why:
 *
 * <ul>
 *   <li><b>What is compared.</b> A service has quick and slow endpoints, and one slow request proves nothing. Of each 16
 *       answers the quickest counts, and their mean over a window of 64 answers and 50 ms or more. A queue makes the quick ones
 *       late too.
 *   <li><b>Used or not.</b> With less than half of the limit in use, lateness is not of our making: then the limit stays, and the
 *       floor drifts to what is seen. In use, the floor only falls, else a lasting overload would become the floor (the known
 *       weakness of a plain average).
 *   <li><b>Growth.</b> At first one more per answer, which doubles it in each round trip and lets streams that stay open
 *       pile up; after a cut by its root per window. It stops growing at 1.25 times the floor.
 *   <li><b>Cuts.</b> Beyond twice the floor the limit is cut to what would have fitted, {@code limit × floor / time}, less a
 *       tenth so that the queue drains, but never by more than half. Then only requests that began after the cut are measured. If
 *       three cuts in a row make nothing quicker, it was never the load: what is measured is the new floor. So a release that
 *       made the service three times slower costs a second, not its capacity.
 *   <li><b>Doubt.</b> Between 1.25 and 2 nothing changes; but after 5 s of that it is cut once, to see whether the time follows.
 *       If not, the floor is raised half way. All lanes do this by the same clock, so that none measures the queue of another.
 *   <li><b>Erratic services.</b> Long polls answer when something happens. The mean step from window to window (as in TCP's
 *       retransmission timer) widens what is tolerated four times; where it is more than a quarter of the floor, a cut needs two
 *       windows in a row, and there is none in doubt.
 *   <li><b>Small times.</b> 5 ms above the floor are calm and 10 ms are no trouble: on that scale our own machine jitters.
 *   <li><b>Our own lateness.</b> When the event loop has more to do than it can, every answer is late, and fewer at once would not
 *       help: nothing is measured then, and the limit only grows.
 *   <li><b>Losses.</b> Time-outs and answers 502 to 504 that become more frequent, by 20 % of all, cut by 0.7 (AIMD).
 * </ul>
 *
 * <p>The clock is an argument. Confined to its event loop.
 */
final class AdaptiveLimit {
    private static final int GROUP = 16;
    private static final int GROUPS = 4;
    private static final long WINDOW = TimeUnit.MILLISECONDS.toNanos(50);
    private static final double CALM = 1.25;
    private static final double CALM_SLACK = TimeUnit.MILLISECONDS.toNanos(5);
    private static final double TOLERANCE = 2;
    private static final double SLACK = TimeUnit.MILLISECONDS.toNanos(10);
    private static final double DEEPEST_CUT = 0.5;
    private static final double MARGIN = 0.9;
    private static final double LOSS_CUT = 0.7;
    private static final double LOSS_RISE = 0.2;
    private static final int FEWEST_LOSSES = 8;
    private static final int CUTS_IN_VAIN = 3;
    private static final long DOUBT = TimeUnit.SECONDS.toNanos(5);
    private static final int FEWEST_DOUBTS = 10;
    private static final int LEAST = 4;

    private final int least;
    private final int most;

    private double limit;
    private int whole;

    private double floor;
    private double noise;
    private double previous;
    private double usualLosses;
    private boolean growing = true;
    private double swiftBelow;
    private long cutAt;
    private boolean measuring;
    private int cuts;
    private int troubled;
    private int doubts;
    private long doubtPeriod;

    private long since;
    private int answers;
    private int used;
    private int losses;
    private int inGroup;
    private long quickest = Long.MAX_VALUE;
    private int groups;
    private double sum;

    /**
     * A limit that begins at {@code start}.
     *
     * @param most never more than this
     */
    AdaptiveLimit(int start, int most, long now) {
        this.most = most;
        this.limit = Math.min(start, most);
        this.least = Math.min(LEAST, (int) limit);
        this.whole = (int) limit;
        this.swiftBelow = most;
        this.since = now;
        this.cutAt = now;
    }

    /** Requests that may be in flight at once. */
    int limit() {
        return whole;
    }

    /**
     * An answer's head has come.
     *
     * @param began when its request was sent
     * @param inFlight requests in flight, this one included
     */
    void answered(long began, long now, int inFlight) {
        if (began - cutAt < 0) {
            return;
        }
        answers++;
        var inUse = inFlight * 2 >= whole;
        if (inUse) {
            used++;
            if (growing && limit < swiftBelow) {
                grow(1);
            }
        }
        quickest = Math.min(quickest, now - began);
        if (++inGroup == GROUP) {
            sum += quickest;
            quickest = Long.MAX_VALUE;
            inGroup = 0;
            if (++groups >= GROUPS && now - since >= WINDOW) {
                judge(now, sum / groups);
            }
        }
    }

    /**
     * An answer's head has come, and how long it took says nothing of the service, since the loop itself is late: the limit only
     * grows with its use.
     */
    void answeredLate(long now, int inFlight) {
        if (inFlight * 2 >= whole) {
            grow(1);
        }
        restart(now);
    }

    /** A request was lost: no answer in time, or one that says that the service could not. */
    void lost(long now) {
        losses++;
        if (losses < FEWEST_LOSSES || now - since < WINDOW) {
            return;
        }
        var share = lossShare();
        if (share > usualLosses + LOSS_RISE) {
            usualLosses += (share - usualLosses) / 4;
            cut(now, LOSS_CUT);
        }
    }

    private double lossShare() {
        return (double) losses / (losses + answers);
    }

    /** A window has ended, in which answers took {@code time}. */
    private void judge(long now, double time) {
        usualLosses += (lossShare() - usualLosses) / 4;
        if (floor == 0) {
            floor = time;
            noise = time / 2;
        } else {
            noise += (Math.abs(time - previous) - noise) / 5;
            var first = measuring;
            measuring = false;
            compare(now, time, first);
        }
        previous = time;
        restart(now);
    }

    /** Compares with the floor; {@code first} is the window right after a cut in doubt. */
    private void compare(long now, double time, boolean first) {
        if (used * 2 < answers) {
            approach(time, 0.2);
            calm();
            return;
        }
        if (time > Math.max(TOLERANCE * floor, floor + SLACK) + 4 * noise) {
            late(now, time);
        } else if (time > Math.max(CALM * floor, floor + CALM_SLACK) + noise) {
            doubt(now, time, first);
        } else {
            approach(time, time - floor <= noise ? 0.1 : 0);
            calm();
            if (limit >= swiftBelow) {
                grow(Math.sqrt(limit));
            }
        }
    }

    private void calm() {
        growing = true;
        cuts = 0;
        troubled = 0;
        doubts = 0;
    }

    private void late(long now, double time) {
        growing = false;
        doubts = 0;
        if (cuts == CUTS_IN_VAIN) {
            floor = time;
            swiftBelow = most;
            calm();
        } else if (++troubled > 1 || !isErratic()) {
            cuts++;
            cut(now, Math.max(DEEPEST_CUT, MARGIN * floor / time));
        }
    }

    private void doubt(long now, double time, boolean first) {
        growing = false;
        troubled = 0;
        if (first) {
            approach(time, 0.5);
        }
        cuts = 0;
        var period = now / DOUBT;
        if (doubts++ == 0) {
            doubtPeriod = period;
        } else if (doubts > FEWEST_DOUBTS && period > doubtPeriod + 1 && !isErratic()) {
            doubts = 0;
            cut(now, Math.max(DEEPEST_CUT, MARGIN * floor / time));
            measuring = true;
        }
    }

    private boolean isErratic() {
        return noise > floor / 4;
    }

    /** The floor falls at once to where it is far too high, and half way otherwise; it rises by a share of the way. */
    private void approach(double time, double rise) {
        if (time < floor / 2) {
            floor = time;
            swiftBelow = most;
        } else {
            floor += (time - floor) * (time < floor ? 0.5 : rise);
        }
    }

    private void grow(double by) {
        limit = Math.min(most, limit + by);
        whole = (int) limit;
    }

    private void cut(long now, double factor) {
        limit = Math.max(least, limit * factor);
        whole = (int) limit;
        swiftBelow = limit;
        growing = false;
        cutAt = now;
        restart(now);
    }

    private void restart(long now) {
        since = now;
        answers = 0;
        used = 0;
        losses = 0;
        inGroup = 0;
        quickest = Long.MAX_VALUE;
        groups = 0;
        sum = 0;
    }
}
