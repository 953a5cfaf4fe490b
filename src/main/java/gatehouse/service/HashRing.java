package gatehouse.service;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Consistent hashing (Karger et al., Consistent Hashing and Random Trees, STOC 1997; 160 points a target as in libketama).
 * Each target owns points on a ring of hashes, as many as its weight says; a key belongs to the first point at or after its
 * own hash. A target that goes leaves all other points where they are, so only its own keys move. Points depend on nothing
 * but the target's id: all nodes agree.
 */
final class HashRing {
    private static final int POINTS = 160;
    private static final int MOST_POINTS = 32_768;
    private static final long OWNER = 0xFFFF;

    /** Sorted; upper 48 bits are the place on the ring, lower 16 the index of the owner. */
    private final long[] points;

    private final Target[] targets;

    private HashRing(long[] points, Target[] targets) {
        this.points = points;
        this.targets = targets;
    }

    /** A ring on which a target of the mean weight has 160 points, or fewer when there are very many targets. */
    static HashRing of(List<Target> targets, double[] weights, double meanWeight) {
        var each = Math.min(POINTS, (double) MOST_POINTS / targets.size());
        var counts = new int[targets.size()];
        for (var i = 0; i < counts.length; i++) {
            counts[i] = (int) Math.max(1, Math.round(each * weights[i] / meanWeight));
        }
        var points = new long[Arrays.stream(counts).sum()];
        var next = 0;
        for (var i = 0; i < counts.length; i++) {
            var id = targets.get(i).id();
            var seed = hash(id, 0, id.length());
            for (var k = 0; k < counts[i]; k++) {
                points[next++] = (mix(seed + k) & ~OWNER) | i;
            }
        }
        Arrays.sort(points);
        return new HashRing(points, targets.toArray(new Target[0]));
    }

    /** The target that a hash belongs to, or the next one on the ring that was not tried; null when all were. */
    @Nullable Target owner(long hash, List<Target> tried) {
        var found = Arrays.binarySearch(points, hash & ~OWNER);
        var start = found < 0 ? -found - 1 : found;
        for (var i = 0; i < points.length; i++) {
            var target = targets[(int) (points[(start + i) % points.length] & OWNER)];
            if (tried.isEmpty() || !tried.contains(target)) {
                return target;
            }
        }
        return null;
    }

    /** Hash of a part of a text: FNV-1a, then mixed, as FNV alone leaves similar texts close together. */
    static long hash(String text, int from, int to) {
        var hash = 0xCBF29CE484222325L;
        for (var i = from; i < to; i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
        }
        return mix(hash);
    }

    /** Finalizer of MurmurHash3. */
    private static long mix(long hash) {
        var mixed = (hash ^ hash >>> 33) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ mixed >>> 33;
    }
}
