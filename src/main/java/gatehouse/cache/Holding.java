package gatehouse.cache;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A lease that this node has, while it fetches: extends it, and notices where this process stood still or the lease has ended. Confined to
 * one event loop.
 */
final class Holding {
    private final SharedTier tier;
    private final ResponseCache cache;
    private final Duration lease;
    private String id = "";
    private long number;
    private long heldUntil;
    private long timer = -1;
    private long tickDue;
    private long stoodStill;

    /**
     * @param lease how long it holds
     */
    Holding(SharedTier tier, ResponseCache cache, Duration lease) {
        this.tier = tier;
        this.cache = cache;
        this.lease = lease;
    }

    Duration lease() {
        return lease;
    }

    /** It is this node's, until then at least. */
    void given(String leaseId, long leaseNumber, long until) {
        id = leaseId;
        number = leaseNumber;
        heldUntil = until;
        tier.holds(id, number);
    }

    /** The fetch begins: each third of a lease it is extended, where it may be. */
    void begin(BooleanSupplier mayExtend) {
        var millis = Math.max(1, lease.toMillis() / 3);
        tickDue = cache.now() + TimeUnit.MILLISECONDS.toNanos(millis);
        timer = tier.vertx().setTimer(millis, due -> {
            stoodStill = stoodStillNanos();
            if (!isLate() && mayExtend.getAsBoolean()) {
                extend();
            }
            begin(mayExtend);
        });
    }

    private void extend() {
        var until = cache.now() + lease.toNanos();
        tier.commons().extend(id, number, lease).onSuccess(extended -> {
            if (extended) {
                heldUntil = until;
            }
        });
    }

    /** It is not extended any more. */
    void end() {
        tier.vertx().cancelTimer(timer);
    }

    /** It is not wanted any more; nothing happens where there is none. */
    void release() {
        end();
        if (number > 0) {
            tier.release(id, number);
        }
    }

    /** For how long nothing went on here since the fetch began: no word of how slow the service is. */
    long stoodStillNanos() {
        return tickDue == 0 ? 0 : stoodStill + Math.max(0, cache.now() - tickDue);
    }

    /** Whether there was a lease that has ended by now. */
    boolean isLate() {
        return number > 0 && cache.now() - heldUntil >= 0;
    }
}
