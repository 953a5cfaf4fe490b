package gatehouse.registrar;

import gatehouse.registry.Entry;
import gatehouse.registry.Instance;
import java.util.ArrayList;
import java.util.List;

/**
 * What a node knows, in some numbers: instances are spread over buckets by name, and each bucket has a sum over their stamps. Where
 * two nodes have another sum, one of them knows something newer. Renewals don't count, as they would change sums all the time;
 * nor do suspects, which each node finds for itself.
 */
final class Sums {
    static final int BUCKETS = 128;

    private static final long PRIME = 0x100000001b3L; // FNV-1a
    private static final long BASIS = 0xcbf29ce484222325L;

    private Sums() {}

    static List<Long> of(List<Entry> entries) {
        var sums = new long[BUCKETS];
        for (var entry : entries) {
            if (!entry.gone() && entry.leftMillis() > 0) {
                var instance = entry.instance();
                var name = hash(instance);
                sums[bucket(name)] +=
                        mixed(mixed(mixed(name ^ instance.lease()) ^ instance.revision()) ^ instance.digest());
            }
        }
        var list = new ArrayList<Long>(BUCKETS);
        for (var sum : sums) {
            list.add(sum);
        }
        return list;
    }

    /** Where an instance belongs. */
    static int bucket(Instance instance) {
        return bucket(hash(instance));
    }

    private static int bucket(long hash) {
        return (int) (mixed(hash) & (BUCKETS - 1));
    }

    private static long hash(Instance instance) {
        var service = instance.name().service();
        var hash = hash(BASIS, service.domain());
        hash = hash(hash, service.name());
        return hash(hash, instance.name().id());
    }

    private static long hash(long start, String text) {
        var hash = start;
        for (var i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * PRIME;
        }
        return (hash ^ 0xffff) * PRIME; // an end, so that "a", "bc" is not "ab", "c"
    }

    /** SplitMix64. */
    private static long mixed(long value) {
        var x = value;
        x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }
}
