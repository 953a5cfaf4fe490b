package gatehouse.policy.auth;

import gatehouse.config.CallerKey;
import gatehouse.config.Rate;
import gatehouse.exchange.CallerHash;
import gatehouse.exchange.Exchange;
import gatehouse.policy.KeyTable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Wrong credentials by address. Who has sent too many is not listened to for a while, so that looking at credentials can't be made to take
 * all of the time, nor secrets be guessed by trying. Thread-safe.
 */
final class Failures {
    private static final int MOST_ADDRESSES = 65_536;

    private final KeyTable table = new KeyTable(MOST_ADDRESSES);
    private final CallerHash hash;
    private final LongSupplier nanoTime;
    private final long origin;
    private final long cost;
    private final long most;
    private volatile long quietFrom; // when nobody is known any more who was wrong

    Failures(Rate rate, LongSupplier nanoTime) {
        var random = ThreadLocalRandom.current();
        this.hash = new CallerHash(CallerKey.parse("ip"), random.nextLong(), random.nextLong());
        this.nanoTime = nanoTime;
        this.origin = nanoTime.getAsLong() - 1;
        this.cost = Math.max(1, rate.per().toNanos() / rate.count());
        this.most = cost * rate.count();
    }

    /** Seconds until the address of an exchange is listened to again; 0 where it is now. */
    long waitSeconds(Exchange exchange) {
        if (quietFrom == 0) {
            return 0;
        }
        var now = nanoTime.getAsLong() - origin;
        if (now >= quietFrom) {
            return 0;
        }
        var time = table.timeOf(hash.of(exchange));
        if (time == 0) {
            return 0;
        }
        var ahead = time + cost - now - most;
        return ahead <= 0 ? 0 : 1 + (ahead - 1) / TimeUnit.SECONDS.toNanos(1);
    }

    /** One more was wrong. */
    void count(Exchange exchange) {
        var time = Math.abs(table.add(hash.of(exchange), nanoTime.getAsLong() - origin, cost, most));
        synchronized (this) {
            quietFrom = Math.max(quietFrom, time);
        }
    }
}
