package gatehouse.forward;

import gatehouse.config.Key;
import gatehouse.config.Share;
import gatehouse.config.Weaker;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops asking a service that fails (M. Nygard, Release It!, "Circuit Breaker"). Closed, it counts; too many failures
 * open it, and requests are refused without being sent. After a while it is half-open: a few requests probe, and the
 * service is either taken back or left alone as long again. That stays the same however often they fail: a probe now and then
 * costs nothing, and a service that was away for an hour is found as soon as one that was away for a second.
 *
 * <p>Thread-safe. Closed, a request costs two reads and one counter; there is no lock in any state.
 */
public final class Breaker {
    private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);
    private static final double JITTER = 0.1;

    /** A service that is back is found to be, so nobody needs to stay away for longer. */
    private static final int LONGEST_RETRY_AFTER = 5;

    private static final AtomicReferenceFieldUpdater<Breaker, Phase> PHASE =
            AtomicReferenceFieldUpdater.newUpdater(Breaker.class, Phase.class, "phase");

    /** Keys of {@code breaker}. */
    public record Config(
            @Key(doc = "Share of failed requests that opens it.", value = "50%")
            Share errors,

            @Key(
                    doc = "It opens only after this many requests within `window`; fewer prove nothing.",
                    value = "20",
                    min = 1,
                    max = 1_000_000)
            int over,

            @Key(doc = "How far back requests count.", value = "10s", min = 100, max = 600_000, weaker = Weaker.NEVER)
            Duration window,

            @Key(
                    doc = "How long it stays open before it lets probes through, give or take a tenth.",
                    value = "4s",
                    min = 1,
                    weaker = Weaker.SMALLER)
            Duration open,

            @Key(
                    doc = "Requests let through as probes; when all of them succeed it closes.",
                    value = "3",
                    min = 1,
                    max = 1000)
            int probes) {}

    /** What a breaker does with requests. */
    public enum State {
        /** Lets all through and counts. */
        CLOSED,
        /** Refuses all. */
        OPEN,
        /** Lets the probes through. */
        HALF_OPEN
    }

    /** Who is told that a breaker does something else from now on; called by the thread whose request made it so. */
    @FunctionalInterface
    public interface Listener {
        /**
         * The breaker changed.
         *
         * @param state what it does from now on
         * @param why for people
         */
        void changed(State state, String why);

        /** Writes one line into the log for each change of a route's breaker, and tells it on this node. */
        static Listener telling(Vertx vertx, String route, String service) {
            return (state, why) -> {
                var word = state.name().toLowerCase(Locale.ROOT).replace('_', '-');
                BreakerChanged.TOPIC.publishLocal(vertx, new BreakerChanged(route, service, word, why));
                if (state == State.OPEN) {
                    LOG.warn("breaker of route {} to service {} is {}: {}", route, service, word, why);
                } else {
                    LOG.info("breaker of route {} to service {} is {}: {}", route, service, word, why);
                }
            };
        }
    }

    /** All there is to a breaker at one moment. */
    private sealed interface Phase {
        State state();
    }

    private record Closed(SlidingWindow calls) implements Phase {
        @Override
        public State state() {
            return State.CLOSED;
        }
    }

    private record Open(long until) implements Phase {
        @Override
        public State state() {
            return State.OPEN;
        }
    }

    /** {@code sent} probes since {@code since}; those that went missing are replaced after the open time. */
    private record HalfOpen(long since, int sent, int good) implements Phase {
        @Override
        public State state() {
            return State.HALF_OPEN;
        }
    }

    private final Config config;
    private final LongSupplier nanoTime;
    private final DoubleSupplier chance;
    private final Listener listener;
    private volatile Phase phase;

    /** A closed breaker on a clock such as {@link System#nanoTime}. */
    public Breaker(Config config, LongSupplier nanoTime, Listener listener) {
        this(config, nanoTime, () -> ThreadLocalRandom.current().nextDouble(), listener);
    }

    Breaker(Config config, LongSupplier nanoTime, DoubleSupplier chance, Listener listener) {
        this.config = config;
        this.nanoTime = nanoTime;
        this.chance = chance;
        this.listener = listener;
        this.phase = closed();
    }

    /** Its settings. */
    public Config config() {
        return config;
    }

    /** Whether a request may be sent; whoever was told yes calls {@link #record} once. */
    public boolean tryAcquire() {
        while (true) {
            var now = phase;
            if (now instanceof Closed) {
                return true;
            }
            var next = afterSending(now, nanoTime.getAsLong());
            if (next == null) {
                return false;
            }
            if (replace(now, next)) {
                return true;
            }
        }
    }

    /** Whether it would let no request through now; asking does not count as one. */
    public boolean refuses() {
        var now = phase;
        return !(now instanceof Closed) && afterSending(now, nanoTime.getAsLong()) == null;
    }

    /**
     * Takes note of how a request ended. A breaker does not know requests apart: one that was sent before it opened and
     * ends while it probes counts as a probe.
     */
    public void record(boolean ok) {
        while (true) {
            var now = phase;
            if (now instanceof Open) {
                return;
            }
            var time = nanoTime.getAsLong();
            var next =
                    now instanceof Closed closed ? afterCall(closed, ok, time) : afterProbe((HalfOpen) now, ok, time);
            if (next == now || replace(now, next)) {
                return;
            }
        }
    }

    /**
     * What a refused client is told: to come again in 1 to {@value #LONGEST_RETRY_AFTER} seconds, each after another time, so that
     * they don't come back all at once; rarely sooner than there is a chance.
     */
    public long retryAfter() {
        var least = Math.min(Math.max(1, secondsLeft()), (LONGEST_RETRY_AFTER + 1) / 2);
        var later = (long) (chance.getAsDouble() * (LONGEST_RETRY_AFTER + 1 - least));
        return Math.min(LONGEST_RETRY_AFTER, least + later);
    }

    /** Seconds until it lets a probe through, 1 or more; 0 when it is closed. */
    public long secondsLeft() {
        var now = phase;
        if (now instanceof Closed) {
            return 0;
        }
        if (now instanceof Open open) {
            var left = open.until - nanoTime.getAsLong();
            return Math.max(1, (left + TimeUnit.SECONDS.toNanos(1) - 1) / TimeUnit.SECONDS.toNanos(1));
        }
        return 1;
    }

    /** What it does with requests now. An open one whose time is up says so until the next request comes. */
    public State state() {
        return phase.state();
    }

    private boolean replace(Phase now, Phase next) {
        if (!PHASE.compareAndSet(this, now, next)) {
            return false;
        }
        if (now.state() != next.state()) {
            listener.changed(next.state(), why(now, next));
        }
        return true;
    }

    private String why(Phase before, Phase now) {
        if (now instanceof HalfOpen) {
            return "up to " + config.probes + " requests are let through as probes";
        }
        if (now instanceof Closed) {
            return "all probes succeeded";
        }
        if (before instanceof Closed closed) {
            var time = nanoTime.getAsLong();
            var bad = closed.calls.bad(time);
            return bad + " of the last " + (bad + closed.calls.good(time)) + " requests failed";
        }
        return "a probe failed";
    }

    private Closed closed() {
        return new Closed(new SlidingWindow(config.window.toNanos(), nanoTime.getAsLong()));
    }

    private @Nullable Phase afterSending(Phase now, long time) {
        if (now instanceof Open open) {
            return time - open.until < 0 ? null : new HalfOpen(time, 1, 0);
        }
        var half = (HalfOpen) now;
        if (half.sent < config.probes) {
            return new HalfOpen(half.since, half.sent + 1, half.good);
        }
        return time - half.since < config.open.toNanos() ? null : new HalfOpen(time, half.good + 1, half.good);
    }

    private Phase afterCall(Closed closed, boolean ok, long time) {
        if (ok) {
            closed.calls.addGood(time);
            return closed;
        }
        closed.calls.addBad(time);
        var bad = closed.calls.bad(time);
        var all = bad + closed.calls.good(time);
        return all >= config.over && bad >= config.errors.fraction() * all ? open(time) : closed;
    }

    private Phase afterProbe(HalfOpen half, boolean ok, long time) {
        if (!ok) {
            return open(time);
        }
        return half.good + 1 >= config.probes ? closed() : new HalfOpen(half.since, half.sent, half.good + 1);
    }

    private Open open(long time) {
        var spread = 1 + JITTER * (2 * chance.getAsDouble() - 1);
        return new Open(time + (long) (config.open.toNanos() * spread));
    }
}
