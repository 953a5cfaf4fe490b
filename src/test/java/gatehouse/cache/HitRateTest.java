package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.exchange.Errand;
import io.vertx.core.http.HttpHeaders;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/**
 * How often what is asked for is stored, beside a store that forgets what was not used for longest. Of 50,000 URLs the n-th is asked for
 * in proportion to 1/n^0.9; one in twenty finds room; and every so often a crawler asks for as many others once as there is room for.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class HitRateTest {
    private static final int URLS = 50_000;
    private static final int ROOM = URLS / 20;
    private static final int REQUESTS = 200_000;
    private static final int BETWEEN_SCANS = 10_000;
    private static final double SKEW = 0.9;

    /** Looks, and stores what it has not. */
    private interface Candidate {
        boolean ask(Key key);
    }

    private record Rates(double withoutScans, double withScans) {}

    @Test
    void a_crawler_does_not_push_out_what_is_in_use() {
        var one = stored();
        var room = ROOM * (one.weight() + 60L);
        var ours = rates(room, one, true);
        var lru = rates(room, one, false);
        System.out.printf(
                Locale.ROOT,
                "hit rate without scans: %.1f %%, LRU %.1f %%; with scans: %.1f %%, LRU %.1f %%%n",
                ours.withoutScans * 100,
                lru.withoutScans * 100,
                ours.withScans * 100,
                lru.withScans * 100);
        assertThat(ours.withoutScans).isGreaterThan(lru.withoutScans + 0.02);
        assertThat(ours.withScans).isGreaterThan(lru.withScans + 0.05);
        assertThat(ours.withScans).isGreaterThan(ours.withoutScans - 0.03);
    }

    private static Rates rates(long room, Stored stored, boolean isOurs) {
        return new Rates(
                rate(isOurs ? ours(room, stored) : lru(room, stored), false),
                rate(isOurs ? ours(room, stored) : lru(room, stored), true));
    }

    private static Candidate ours(long room, Stored stored) {
        var store = new MemoryStore(room, 16);
        return key -> {
            if (store.get(key) != null) {
                return true;
            }
            store.put(key, stored, () -> false);
            return false;
        };
    }

    private static Candidate lru(long room, Stored stored) {
        var kept = new LinkedHashMap<Key, Page>(16, 0.75f, true) {
            private long bytes;

            void add(Key key) {
                put(key, Page.of(stored));
                bytes += stored.weight() + 2L * key.length();
                var eldest = entrySet().iterator();
                while (bytes > room) {
                    bytes -= stored.weight() + 2L * eldest.next().getKey().length();
                    eldest.remove();
                }
            }
        };
        return key -> {
            if (kept.get(key) != null) {
                return true;
            }
            kept.add(key);
            return false;
        };
    }

    /** Of the requests that are not the crawler's, from the second quarter on. */
    private static double rate(Candidate candidate, boolean withScans) {
        var random = new Random(42);
        var shares = shares();
        var known = new Key[URLS];
        var hits = 0;
        for (var i = 0; i < REQUESTS; i++) {
            if (withScans && i % BETWEEN_SCANS == 0) {
                for (var other = 0; other < ROOM; other++) {
                    candidate.ask(key("/scan/" + i + "/" + other));
                }
            }
            var at = Math.abs(Arrays.binarySearch(shares, random.nextDouble()) + 1) % URLS;
            if (known[at] == null) {
                known[at] = key("/page/" + at);
            }
            if (candidate.ask(known[at]) && i >= REQUESTS / 4) {
                hits++;
            }
        }
        return hits / (REQUESTS * 0.75);
    }

    private static double[] shares() {
        var shares = new double[URLS];
        var sum = 0.0;
        for (var i = 0; i < URLS; i++) {
            sum += Math.pow(i + 1, -SKEW);
            shares[i] = sum;
        }
        for (var i = 0; i < URLS; i++) {
            shares[i] /= sum;
        }
        return shares;
    }

    private static Key key(String path) {
        return Key.of(Errand.to("1", "web", "http://localhost" + path, HttpHeaders.headers()));
    }

    private static Stored stored() {
        var lifetime = new Lifetime(0, 1, 0, 0, false, false, List.of());
        return new Stored(
                new Stored.Origin("all", Selection.NONE, List.of(), 0, 0, 1),
                Stored.Head.of(200, null, HttpHeaders.headers(), lifetime),
                Payload.EMPTY);
    }
}
