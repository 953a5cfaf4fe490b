package gatehouse.service;

import gatehouse.config.HealthConfig;
import gatehouse.config.HealthConfig.Active;
import gatehouse.config.HealthConfig.Passive;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What is known of one target's health. Read from any thread; changed under the lock of its {@link Roster}, but for
 * {@link #good}, which is on the path of every request and only ever writes a zero.
 */
final class Vitals {
    private static final long LONGEST_EJECTION = TimeUnit.SECONDS.toNanos(60);

    /** A target that starts slowly gets at least this share of its weight. */
    private static final double LEAST_SHARE = 0.1;

    private final int rise;
    private final int fall;
    private final long window;
    private final long eject;
    private final long slowStart;

    /** So long one request is left alone with a target on trial; then another may try. */
    private static final long TRIAL = TimeUnit.SECONDS.toNanos(2);

    /** Times of the last failures in a row; empty where requests are not watched. */
    private final long[] failedAt;

    private final AtomicInteger failuresInRow = new AtomicInteger();

    /** Ejections since the last good request. */
    private volatile int ejections;

    /** When the trial under way is given up as undecided; any time in the past while there is none. */
    private final AtomicLong trialUntil = new AtomicLong();

    private volatile boolean ejected;
    private volatile long ejectedUntil;
    private volatile boolean sick;
    private int contraryProbes;
    private boolean rising;
    private long risingSince;

    Vitals(HealthConfig health, Duration slowStart) {
        Active active = health.active();
        this.rise = active == null ? 1 : active.rise();
        this.fall = active == null ? 1 : active.fall();
        Passive passive = health.passive();
        this.failedAt = new long[passive == null ? 0 : passive.failures()];
        this.window = passive == null ? 0 : passive.window().toNanos();
        this.eject = passive == null ? 0 : passive.eject().toNanos();
        this.slowStart = slowStart.toNanos();
    }

    boolean healthy() {
        return !sick && !ejected;
    }

    boolean ejected() {
        return ejected;
    }

    long ejectedUntil() {
        return ejectedUntil;
    }

    long ejectedForMillis(long now) {
        return ejected ? Math.max(0, TimeUnit.NANOSECONDS.toMillis(ejectedUntil - now)) : 0;
    }

    /** {@code healthy}, {@code sick}, {@code ejected}, or {@code unproven} after an ejection until it has served. */
    String condition() {
        if (sick) {
            return "sick";
        }
        if (ejected) {
            return "ejected";
        }
        return ejections == 0 ? "healthy" : "unproven";
    }

    /**
     * Whether a request may go here as far as an ejection before goes: until it has served again, one at a time finds out
     * whether it does. Where even ejected ones are asked, since too few are left, nothing is tried.
     */
    boolean mayTry(LongSupplier nanoTime) {
        if (ejections == 0 || ejected) {
            return true;
        }
        var now = nanoTime.getAsLong();
        var until = trialUntil.get();
        return now - until >= 0 && trialUntil.compareAndSet(until, now + TRIAL);
    }

    /** A request went well; true when {@link #prove} is to be asked. */
    boolean good() {
        if (failuresInRow.get() != 0) {
            failuresInRow.set(0);
        }
        return ejections != 0;
    }

    /**
     * It has served after an ejection; true when that was the first time. What was sent before the ejection and comes back
     * during it proves nothing.
     */
    boolean prove() {
        if (ejections == 0 || ejected) {
            return false;
        }
        ejections = 0;
        return true;
    }

    /** A request failed; true when that is reason enough to eject the target. */
    boolean failed(long now) {
        if (failedAt.length == 0 || ejected) {
            return false;
        }
        var row = failuresInRow.incrementAndGet();
        failedAt[Math.floorMod(row - 1, failedAt.length)] = now;
        if (ejections > 0) {
            return true;
        }
        var oldest = failedAt[Math.floorMod(row, failedAt.length)];
        return row >= failedAt.length && now - oldest <= window;
    }

    /** Takes it out, for twice as long as the last time when no good request came between. */
    void eject(long now) {
        var doublings = Math.min(ejections, 30);
        var nanos = eject >= LONGEST_EJECTION >> doublings ? Math.max(eject, LONGEST_EJECTION) : eject << doublings;
        ejections = Math.min(ejections, 30) + 1;
        failuresInRow.set(0);
        ejectedUntil = now + nanos;
        ejected = true;
    }

    /** Ends an ejection whose time is up; true when it did. */
    boolean comeBack(long now) {
        if (!ejected || now - ejectedUntil < 0) {
            return false;
        }
        ejected = false;
        trialUntil.set(now);
        rise(now);
        return true;
    }

    /** A probe ended; true when the target became sick or well by it. */
    boolean probed(boolean good, long now) {
        if (good != sick) {
            contraryProbes = 0;
            return false;
        }
        contraryProbes++;
        if (contraryProbes < (sick ? rise : fall)) {
            return false;
        }
        contraryProbes = 0;
        sick = !sick;
        if (!sick) {
            rise(now);
        }
        return true;
    }

    /** From now on its weight grows from a tenth to all of it. */
    void rise(long now) {
        rising = slowStart > 0;
        risingSince = now;
    }

    boolean rising() {
        return rising;
    }

    /** Share of its weight that it gets now, 0.1 to 1. */
    double share(long now) {
        if (!rising) {
            return 1;
        }
        var passed = Math.max(0, now - risingSince);
        if (passed >= slowStart) {
            rising = false;
            return 1;
        }
        return LEAST_SHARE + (1 - LEAST_SHARE) * passed / slowStart;
    }
}
