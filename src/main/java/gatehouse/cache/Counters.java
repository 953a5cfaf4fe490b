package gatehouse.cache;

import java.util.concurrent.atomic.LongAdder;

/** What the cache of this node has done. Thread-safe. */
final class Counters {
    final LongAdder hits = new LongAdder();
    final LongAdder stale = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder passed = new LongAdder();
    final LongAdder waits = new LongAdder();
    final LongAdder fetches = new LongAdder();
    final LongAdder refreshes = new LongAdder();
    final LongAdder stored = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder purged = new LongAdder();
}
