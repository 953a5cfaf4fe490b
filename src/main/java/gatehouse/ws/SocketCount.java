package gatehouse.ws;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The WebSockets of one route on this node: how many there are, and what has passed through them. Thread-safe. */
public final class SocketCount {
    private static final String ROUTE = "route";

    private final MeterRegistry registry;
    private final String route;
    private final AtomicInteger open = new AtomicInteger();
    private final Counter messagesIn;
    private final Counter messagesOut;
    private final Counter bytesIn;
    private final Counter bytesOut;
    private final ConcurrentHashMap<Integer, Counter> closes = new ConcurrentHashMap<>();

    SocketCount(MeterRegistry registry, String route) {
        this.registry = registry;
        this.route = route;
        Gauge.builder("gatehouse.websocket.open", open, AtomicInteger::get)
                .description("WebSockets that are open.")
                .tag(ROUTE, route)
                .register(registry);
        messagesIn = counter("gatehouse.websocket.messages", "Messages that have begun.", "in");
        messagesOut = counter("gatehouse.websocket.messages", "Messages that have begun.", "out");
        bytesIn = counter("gatehouse.websocket.bytes", "Bytes of frames.", "in");
        bytesOut = counter("gatehouse.websocket.bytes", "Bytes of frames.", "out");
    }

    private Counter counter(String name, String what, String direction) {
        return Counter.builder(name)
                .description(what)
                .tag(ROUTE, route)
                .tag("direction", direction)
                .register(registry);
    }

    /** Takes a place, if there is one; {@link #leave} gives it back. */
    boolean enter(int most) {
        if (open.incrementAndGet() <= most) {
            return true;
        }
        open.decrementAndGet();
        return false;
    }

    /** How many are open. */
    public int open() {
        return open.get();
    }

    void leave() {
        open.decrementAndGet();
    }

    void received(long messages, long bytes) {
        messagesIn.increment((double) messages);
        bytesIn.increment((double) bytes);
    }

    void sent(long messages, long bytes) {
        messagesOut.increment((double) messages);
        bytesOut.increment((double) bytes);
    }

    /**
     * One was closed with this code. Those that applications choose are counted by their thousand, and those that there are not as
     * 1002, which they break: else whoever sends them all makes a counter of each.
     */
    void closed(int code) {
        leave();
        var isCode = code == FrameTrack.NO_CODE || code == Tunnel.ABNORMAL || Frames.isCode(code);
        closes.computeIfAbsent(
                        !isCode ? FrameGate.PROTOCOL_ERROR : code < 3000 ? code : code / 1000 * 1000,
                        known -> Counter.builder("gatehouse.websocket.closes")
                                .description("WebSockets that were closed, by code; from 3000 on by its thousand.")
                                .tag(ROUTE, route)
                                .tag("code", Integer.toString(known))
                                .register(registry))
                .increment();
    }
}
