package gatehouse.listener;

import gatehouse.config.ListenerConfig;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Stands where a socket accepts and closes what is too much, before an event loop has it and before a byte is read. A
 * socket keeps its gate for life; what the gate goes by may change.
 */
@Sharable
final class Gate extends ChannelInboundHandlerAdapter {
    /** How long nothing is accepted after that has failed; what waits meanwhile has to be gone through when files are free. */
    private static final long PAUSE_MILLIS = 20;

    private final Admission node;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentHashMap<Long, Integer> byAddress = new ConcurrentHashMap<>();
    private final Map<Refusal, LongAdder> refused = new EnumMap<>(Refusal.class);
    private volatile String listener;
    private volatile ListenerConfig config;
    private volatile @Nullable Channel socket;

    Gate(Admission node, String listener, ListenerConfig config) {
        this.node = node;
        this.listener = listener;
        this.config = config;
        for (var refusal : Refusal.values()) {
            refused.put(refusal, new LongAdder());
        }
    }

    void adopt(String name, ListenerConfig changed) {
        listener = name;
        config = changed;
    }

    /** How many connections were not taken, by the reason why. */
    Map<String, Long> refused() {
        var counts = new TreeMap<String, Long>();
        refused.forEach((refusal, count) -> counts.put(refusal.label(), count.sum()));
        return counts;
    }

    /** Addresses that have connections open. */
    int addresses() {
        return byAddress.size();
    }

    /** The socket that accepts; null before it is there. Callable from any thread. */
    @Nullable Channel socket() {
        return socket;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        socket = context.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Channel accepted) {
            var address = accepted.remoteAddress() instanceof InetSocketAddress inet ? inet.getAddress() : null;
            var refusal = enter(address);
            if (refusal != null) {
                Objects.requireNonNull(refused.get(refusal)).increment();
                node.tell(listener, refusal.why());
                accepted.unsafe().closeForcibly();
                return;
            }
            accepted.closeFuture().addListener(closed -> leave(address));
            FairReads.on(accepted);
        }
        context.fireChannelRead(message);
    }

    @Nullable Refusal enter(@Nullable InetAddress address) {
        var refusal = node.enter();
        if (refusal != null) {
            return refusal;
        }
        var now = config;
        var limits = now.limits();
        var here = open.incrementAndGet();
        if (limits.connections() != null && here > limits.connections()) {
            refusal = Refusal.LISTENER;
        } else if (address != null) {
            // counted even where it is not limited, so that a changed limit finds the right number
            var same = byAddress.merge(PeerAddress.network(address), 1, Integer::sum);
            if (limits.perAddress() > 0 && same > limits.perAddress() && !isTrusted(now, address)) {
                forget(address);
                refusal = Refusal.ADDRESS;
            }
        }
        if (refusal != null) {
            open.decrementAndGet();
            node.leave();
        }
        return refusal;
    }

    /**
     * Counts a connection for the client that a trusted balancer has named, too.
     *
     * @return false when the client has as many as it may; the connection is closed then
     */
    boolean reveal(Channel connection, InetAddress client) {
        var same = byAddress.merge(PeerAddress.network(client), 1, Integer::sum);
        var most = config.limits().perAddress();
        if (most > 0 && same > most) {
            forget(client);
            Objects.requireNonNull(refused.get(Refusal.ADDRESS)).increment();
            node.tell(listener, Refusal.ADDRESS.why());
            var unused = connection.close();
            return false;
        }
        connection.closeFuture().addListener(closed -> forget(client));
        return true;
    }

    void leave(@Nullable InetAddress address) {
        if (address != null) {
            forget(address);
        }
        open.decrementAndGet();
        node.leave();
    }

    private void forget(InetAddress address) {
        byAddress.computeIfPresent(PeerAddress.network(address), (key, count) -> count == 1 ? null : count - 1);
    }

    static boolean isTrusted(ListenerConfig config, InetAddress address) {
        var bytes = address.getAddress();
        for (var range : config.trustedProxies()) {
            if (range.contains(bytes)) {
                return true;
            }
        }
        return false;
    }

    /** Accepting failed, most likely for want of files: trying at once again would only burn time. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        node.tell(listener, "accepting fails: " + cause.getMessage());
        var socket = context.channel();
        if (socket.config().isAutoRead()) {
            socket.config().setAutoRead(false);
            var unused = socket.eventLoop()
                    .schedule(() -> socket.config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
