package gatehouse.policy;

import gatehouse.config.CallerKey;
import gatehouse.config.Rate;
import gatehouse.exchange.CallerHash;
import gatehouse.exchange.RequestHead;
import gatehouse.problem.Problem;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Wrong credentials by address. Who has sent too many is not listened to for a while, so that looking at credentials can't be made to take
 * all of the time, nor secrets be guessed by trying. Thread-safe.
 */
public final class Failures {
    private static final int MOST_ADDRESSES = 65_536;

    private final KeyTable table = new KeyTable(MOST_ADDRESSES);
    private final CallerHash hash;
    private final LongSupplier nanoTime;
    private final long origin;
    private final long cost;
    private final long most;
    private volatile long quietFrom; // when nobody is known any more who was wrong

    /**
     * None yet.
     *
     * @param rate how many may come from one address; who has sent more waits for as long as it takes to earn one
     * @param nanoTime a clock such as {@link System#nanoTime}
     */
    public Failures(Rate rate, LongSupplier nanoTime) {
        var random = ThreadLocalRandom.current();
        this.hash = new CallerHash(CallerKey.parse("ip"), random.nextLong(), random.nextLong());
        this.nanoTime = nanoTime;
        this.origin = nanoTime.getAsLong() - 1;
        this.cost = Math.max(1, rate.per().toNanos() / rate.count());
        this.most = cost * rate.count();
    }

    /** Seconds until the address that a request comes from is listened to again; 0 where it is now. */
    public long waitSeconds(RequestHead request) {
        if (quietFrom == 0) {
            return 0;
        }
        var now = nanoTime.getAsLong() - origin;
        if (now >= quietFrom) {
            return 0;
        }
        var time = table.timeOf(hash.of(request));
        if (time == 0) {
            return 0;
        }
        var ahead = time + cost - now - most;
        return ahead <= 0 ? 0 : 1 + (ahead - 1) / TimeUnit.SECONDS.toNanos(1);
    }

    /** What is answered to who is not listened to for so long. */
    public static Problem refusal(long waitSeconds) {
        return Problem.tooManyRequests("Too many credentials from this address were wrong.", waitSeconds);
    }

    /** One more was wrong. */
    public void count(RequestHead request) {
        var time = Math.abs(table.add(hash.of(request), nanoTime.getAsLong() - origin, cost, most));
        synchronized (this) {
            quietFrom = Math.max(quietFrom, time);
        }
    }
}
