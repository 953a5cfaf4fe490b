package gatehouse.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tokens that were tried and are none, by address: ten within a minute, then wrong ones of that address wait. Remembers the addresses
 * that failed last, so that it stays small whatever comes. Confined to one event loop.
 */
final class FailedTries {
    static final int MOST = 10;
    private static final long WINDOW = TimeUnit.MINUTES.toNanos(1);
    private static final int ADDRESSES = 1024;

    private final LongSupplier nanoTime;
    private final Map<String, Tries> byAddress = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Tries> eldest) {
            return size() > ADDRESSES;
        }
    };

    FailedTries(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The last tries of an address, in a ring. */
    private static final class Tries {
        private final long[] times = new long[MOST];
        private int count;
    }

    /** Seconds until the address may try again; 0 when it may now. */
    long retryAfterSeconds(String address) {
        var tries = byAddress.get(address);
        if (tries == null || tries.count < MOST) {
            return 0;
        }
        var left = tries.times[tries.count % MOST] + WINDOW - nanoTime.getAsLong();
        return left <= 0 ? 0 : 1 + (left - 1) / TimeUnit.SECONDS.toNanos(1);
    }

    /** One more failed. */
    void failed(String address) {
        var tries = byAddress.computeIfAbsent(address, first -> new Tries());
        tries.times[tries.count % MOST] = nanoTime.getAsLong();
        // stays congruent and never overflows
        tries.count = tries.count + 1 == 2 * MOST ? MOST : tries.count + 1;
    }
}
