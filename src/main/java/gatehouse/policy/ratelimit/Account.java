package gatehouse.policy.ratelimit;

import gatehouse.cluster.Ledger.Lent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a node knows of one caller of a limit that is shared: how many requests it was lent and has not spent, how many it let through
 * that nobody was told of, and how things stood when it was told last. Thread-safe; two that meet may err by a request.
 */
final class Account {
    /** For so long what was used tells what will be. */
    private static final long HORIZON = 100_000_000L;

    private final long caller;
    private final AtomicLong left = new AtomicLong();
    private final AtomicLong spent = new AtomicLong();
    private final AtomicLong used = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicReference<@Nullable Promise<Void>> asking = new AtomicReference<>();
    private final AtomicBoolean timed = new AtomicBoolean();

    private volatile long lastLent;
    private volatile long lastAsked;
    private volatile long wholeAt;
    private volatile long dryUntil;
    private volatile long lastUsed;

    Account(long caller, long now) {
        this.caller = caller;
        lastUsed = now;
        lastAsked = now;
    }

    long caller() {
        return caller;
    }

    /** Spends one request of those that were lent. */
    boolean take(long now) {
        for (var n = left.get(); n > 0; n = left.get()) {
            if (left.compareAndSet(n, n - 1)) {
                used.incrementAndGet();
                lastUsed = now;
                return true;
            }
        }
        return false;
    }

    /** One request that was let through here did not go on, and another may in its place. */
    void spared() {
        left.incrementAndGet();
    }

    /** Whether more should be asked for before there is nothing left. */
    boolean isLow() {
        return left.get() <= lastLent / 2;
    }

    /** One request was let through on nobody's word. */
    void advanced(long now) {
        spent.incrementAndGet();
        used.incrementAndGet();
        lastUsed = now;
    }

    /** How long nothing can be had for this caller; 0 or less where something may be. */
    long dryFor(long now) {
        return dryUntil - now;
    }

    /** Time until the whole burst is there again, as far as is known here. */
    long debt(long now, long cost) {
        return Math.max(0, wholeAt - now) + (spent.get() - left.get()) * cost;
    }

    /** How many will be needed soon, by how many were of late. */
    long wanted(long now, long cap) {
        var recent = 2 * used.getAndSet(0);
        var passed = now - lastAsked;
        lastAsked = now;
        var ahead = passed <= HORIZON ? recent : (long) (recent * (HORIZON / (double) passed));
        return Math.min(cap, ahead) + waiting.get();
    }

    /** All that is to be told; the caller tells it, or gives it back to {@link #untold}. */
    long toTell() {
        return spent.getAndSet(0);
    }

    /** Could not be told; of much only so much counts, as the rest is long over. */
    void untold(long count, long cap) {
        spent.addAndGet(Math.min(count, cap));
    }

    /** Begins to ask; false where that is under way. */
    boolean begin() {
        return asking.get() == null && asking.compareAndSet(null, Promise.promise());
    }

    /** Ends what {@link #begin} began. */
    void end() {
        var promise = asking.getAndSet(null);
        if (promise != null) {
            promise.tryComplete();
        }
    }

    /** Completes when the answer is there that is being asked for, on any thread; at once where nothing is. */
    Future<Void> answer() {
        var promise = asking.get();
        return promise == null ? Future.succeededFuture() : promise.future();
    }

    /** One more request waits for the answer, or one less. */
    void waits(int one) {
        waiting.addAndGet(one);
    }

    /**
     * Takes over an answer.
     *
     * @param dry for how long there will be no more; 0 or less where there is
     */
    void lent(Lent lent, long now, long dry) {
        wholeAt = now + lent.debt();
        dryUntil = now + dry;
        lastLent = lent.granted();
        left.addAndGet(lent.granted());
    }

    /** Whether anything is lent that may have to be given back. */
    boolean holds() {
        return left.get() > 0;
    }

    /** Takes what was not spent off and notes that it is to be given back. */
    void giveBack() {
        spent.addAndGet(-left.getAndSet(0));
    }

    /** Whether somebody begins to look after what is lent; one does at a time. */
    boolean beginWatch() {
        return timed.compareAndSet(false, true);
    }

    void endWatch() {
        timed.set(false);
    }

    /** When a request was let through last. */
    long usedAt() {
        return lastUsed;
    }

    /** When it was used last; the greatest number while it may not be forgotten. */
    long lastUsed() {
        return asking.get() != null || holds() || spent.get() != 0 ? Long.MAX_VALUE : Math.max(lastUsed, dryUntil);
    }
}
