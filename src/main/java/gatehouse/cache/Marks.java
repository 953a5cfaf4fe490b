package gatehouse.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import gatehouse.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered for some seconds of keys that have nothing stored: that their responses are not shareable, that their
 * service just failed, or that what a fetch brings which began before some moment is out of date. Bounded. Thread-safe.
 */
final class Marks {
    private static final int MOST = 20_000;
    private static final int MOST_FLOORS = 50_000;

    /** Longer than a fetch takes whose answer is short enough to be stored. */
    private static final Duration OF_ANY_FETCH = Duration.ofMinutes(5);

    private final Cache<Place, Mark> marks =
            Caffeine.newBuilder().maximumSize(MOST).build();
    private final Cache<Key, Long> floors = Caffeine.newBuilder()
            .maximumSize(MOST_FLOORS)
            .expireAfterWrite(OF_ANY_FETCH)
            // what is not remembered of one resource holds for all
            .<Key, Long>evictionListener((key, generation, cause) -> {
                if (generation != null) {
                    outdated(generation);
                }
            })
            .build();
    private final AtomicLong floor = new AtomicLong();

    /**
     * Where a mark stands.
     *
     * @param ofSomebody whether it is about requests that say who asks, of which alone it is known then
     */
    private record Place(String route, Key key, boolean ofSomebody) {}

    private record Mark(long until, @Nullable ProblemException failure) {}

    /**
     * Requests for this are not made to wait for each other for a while.
     *
     * @param ofSomebody whether that was the answer to one who said who he is; then it holds for such requests only
     */
    void uncacheable(String route, Key key, boolean ofSomebody, long now, long nanos) {
        if (nanos > 0) {
            marks.put(new Place(route, key, ofSomebody), new Mark(now + nanos, null));
        }
    }

    /** The service failed; so it is said for a while, which differs a little so that not all ends at once. */
    void failed(String route, Key key, ProblemException failure, long now, long nanos) {
        if (nanos > 0) {
            var jittered = nanos - ThreadLocalRandom.current().nextLong(nanos / 8 + 1);
            marks.put(new Place(route, key, false), new Mark(now + jittered, failure));
        }
    }

    /**
     * Something was stored.
     *
     * @param ofSomebody whether that was the answer to one who said who he is
     */
    void clear(String route, Key key, boolean ofSomebody) {
        marks.invalidate(new Place(route, key, false));
        if (ofSomebody) {
            marks.invalidate(new Place(route, key, true));
        }
    }

    boolean isUncacheable(String route, Key key, boolean ofSomebody, long now) {
        return isUncacheable(new Place(route, key, false), now) || (ofSomebody && isOfSomebody(route, key, now));
    }

    /** Whether what requests get that say who asks can't be stored. */
    boolean isOfSomebody(String route, Key key, long now) {
        return isUncacheable(new Place(route, key, true), now);
    }

    private boolean isUncacheable(Place place, long now) {
        var mark = find(place, now);
        return mark != null && mark.failure() == null;
    }

    @Nullable ProblemException failure(String route, Key key, long now) {
        var mark = find(new Place(route, key, false), now);
        return mark == null ? null : mark.failure();
    }

    private @Nullable Mark find(Place place, long now) {
        var mark = marks.getIfPresent(place);
        return mark != null && mark.until() - now > 0 ? mark : null;
    }

    /** Fetches of this that began before a generation are out of date. */
    void outdated(Key key, long generation) {
        floors.asMap().merge(key, generation, Math::max);
    }

    /** All fetches that began before a generation are out of date. */
    void outdated(long generation) {
        floor.accumulateAndGet(generation, Math::max);
    }

    boolean isOutdated(Key key, long generation) {
        var ofKey = floors.getIfPresent(key);
        // after the other, which what is evicted meanwhile is put into
        return (ofKey != null && generation < ofKey) || generation < floor.get();
    }
}
