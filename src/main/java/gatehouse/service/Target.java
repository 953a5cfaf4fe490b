package gatehouse.service;

import gatehouse.config.TargetUrl;
import io.vertx.core.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One address of a service. The object stays the same over re-resolution of its name, so what is known of it stays too.
 * Thread-safe.
 */
public final class Target {
    /** What an admin wants of a target. */
    public enum State {
        /** Takes requests. */
        UP,
        /** Takes requests of clients that stick to it, and no others. */
        DRAINING,
        /** Takes nothing. */
        DOWN
    }

    private final TargetUrl url;
    private final SocketAddress address;
    private final Vitals vitals;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder requests = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private volatile Badge badge;
    private volatile int weight;
    private volatile State state = State.UP;
    private volatile boolean lastChoice;
    private volatile @Nullable String lastFailure;

    Target(TargetUrl url, String ip, Badge badge, Vitals vitals) {
        this.url = url;
        this.address = SocketAddress.inetSocketAddress(url.port(), ip);
        this.badge = badge;
        this.vitals = vitals;
    }

    /**
     * The name under which it is shown and set: {@code host:port}, or {@code host:port/IP} while its host name has several
     * addresses.
     */
    public String id() {
        return badge.id();
    }

    /** Where to connect to: always an IP address. */
    public SocketAddress address() {
        return address;
    }

    /** Name or address as it stands in the configuration, and so the name that it has to prove. */
    public String host() {
        return url.host();
    }

    /** Its port. */
    public int port() {
        return url.port();
    }

    /** Host and port as they stand in a {@code Host} field. */
    public String authority() {
        return url.authority();
    }

    /** Share of the requests relative to the other targets; 0 gets none. */
    public int weight() {
        return weight;
    }

    /** What an admin wants of it. */
    public State state() {
        return state;
    }

    /** Whether its probes are good and it is not ejected. */
    public boolean healthy() {
        return vitals.healthy();
    }

    /** One more request is sent to it; {@link #release} ends it. */
    public void acquire() {
        inFlight.getAndIncrement();
        requests.increment();
    }

    /** One request that {@link #acquire} began has ended, well or not. */
    public void release() {
        inFlight.getAndDecrement();
    }

    /** Requests that have not ended yet. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Text of the last failed request or probe, null when there was none. */
    public @Nullable String lastFailure() {
        return lastFailure;
    }

    @Override
    public String toString() {
        return id();
    }

    /** Whether a request that is bound to no target may go here, if it is healthy. */
    boolean takesNew() {
        return state == State.UP && weight > 0;
    }

    /** Whether it is not on trial after an ejection, or the request that asks is the one that tries it. */
    boolean mayTry(LongSupplier nanoTime) {
        return vitals.mayTry(nanoTime);
    }

    TargetUrl url() {
        return url;
    }

    Badge badge() {
        return badge;
    }

    Vitals vitals() {
        return vitals;
    }

    void name(Badge badge) {
        this.badge = badge;
    }

    /** Whether it gets requests only when no other takes them. */
    boolean isLastChoice() {
        return lastChoice;
    }

    void set(State state, int weight, boolean lastChoice) {
        this.state = state;
        this.weight = weight;
        this.lastChoice = lastChoice;
    }

    void failed(@Nullable String why) {
        failures.increment();
        noteFailure(why);
    }

    void noteFailure(@Nullable String why) {
        if (why != null) {
            lastFailure = why;
        }
    }

    TargetStatus status(long now) {
        return new TargetStatus(
                id(),
                url.toString(),
                weight,
                state,
                lastChoice,
                healthy(),
                vitals.condition(),
                vitals.ejectedForMillis(now),
                inFlight(),
                lastFailure,
                requests.sum(),
                failures.sum());
    }
}
