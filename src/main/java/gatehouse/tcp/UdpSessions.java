package gatehouse.tcp;

import gatehouse.exchange.Identity;
import gatehouse.exchange.RequestIds;
import gatehouse.forward.Plan;
import gatehouse.listener.Connecting;
import gatehouse.listener.Door;
import gatehouse.listener.PeerAddress;
import gatehouse.policy.access.Access;
import gatehouse.route.Match;
import gatehouse.service.Outcome;
import gatehouse.service.Target;
import gatehouse.snapshot.Route;
import gatehouse.snapshot.Snapshot;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Clients that send datagrams, each known by its address and port, each with a socket of its own towards its target, so that
 * answers find back. Who has been silent for long is forgotten. Confined to its event loop.
 */
final class UdpSessions {
    private static final int LONGEST = 65_535;

    /** How long an answer is waited for where nothing else keeps a session. */
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final VertxInternal vertx;
    private final RequestIds ids;
    private final int most;
    private final Runnable begun;
    private final Consumer<StreamFacts> ended;
    private final Map<Key, Session> sessions = new HashMap<>();
    private final Map<String, Integer> byListener = new HashMap<>();
    private final Map<Network, Integer> byNetwork = new HashMap<>();

    /**
     * @param most clients for whom there are files
     * @param ended gets the facts of each session that was begun
     */
    UdpSessions(VertxInternal vertx, RequestIds ids, int most, Runnable begun, Consumer<StreamFacts> ended) {
        this.vertx = vertx;
        this.most = most;
        this.ids = ids;
        this.begun = begun;
        this.ended = ended;
    }

    private record Key(String listener, InetSocketAddress client) {
        Network network() {
            return new Network(listener, PeerAddress.network(client.getAddress()));
        }
    }

    /** What {@code limits.perAddress} of a listener counts. */
    private record Network(String listener, Long address) {}

    void received(Door door, Channel socket, DatagramPacket packet, Snapshot now) {
        var key = new Key(door.name(), packet.sender());
        var session = sessions.get(key);
        if (session == null) {
            session = begin(key, door, socket, now);
        }
        if (session == null) {
            packet.release();
        } else {
            session.toTarget(packet);
        }
    }

    /** Null for a client that is not served: nothing tells it. */
    private @Nullable Session begin(Key key, Door door, Channel socket, Snapshot now) {
        var address = key.client().getAddress();
        var ofAddress = door.config().limits().perAddress();
        if (sessions.size() >= most
                || byListener.getOrDefault(key.listener(), 0)
                        >= door.config().stream().sessions()
                || (ofAddress > 0 && byNetwork.getOrDefault(key.network(), 0) >= ofAddress)) {
            return null;
        }
        var facts = new StreamFacts(ids.next(), door.name(), "UDP", address.getHostAddress(), "", Identity.NOBODY);
        var plan = plan(facts, now);
        var target = plan == null ? null : plan.service().pick(facts, List.of());
        if (plan == null || target == null) {
            return null;
        }
        begun.run();
        var session = new Session(key, door, socket, facts, plan, target);
        sessions.put(key, session);
        byListener.merge(key.listener(), 1, Integer::sum);
        byNetwork.merge(key.network(), 1, Integer::sum);
        session.open();
        return session;
    }

    private static @Nullable Plan plan(StreamFacts facts, Snapshot now) {
        if (!(now.table(facts.listener()).find(facts) instanceof Match.Found<Route> found)) {
            return null;
        }
        var route = found.value();
        if (route.plans().isEmpty()
                || (route.steps().get(Access.TYPE) instanceof Access access
                        && !access.admits(facts, facts.identity()))) {
            return null;
        }
        var plan = route.plans().get(0);
        facts.routedTo(route.name(), plan.service().name());
        return plan;
    }

    /** Forgets who has been silent for too long, and whose listener is gone. */
    void sweep(long now) {
        for (var session : new ArrayList<>(sessions.values())) {
            if (session.isOver(now)) {
                session.end();
            }
        }
    }

    /** Whether a client waits for an answer that may still come. */
    boolean areAwaited() {
        var now = System.nanoTime();
        return sessions.values().stream().anyMatch(session -> session.isAwaited(now));
    }

    void close() {
        new ArrayList<>(sessions.values()).forEach(Session::end);
    }

    /** One client. */
    private final class Session {
        private final Key key;
        private final Door door;
        private final Channel socket;
        private final StreamFacts facts;
        private final Plan plan;
        private final Target target;
        private final List<DatagramPacket> held = new ArrayList<>();
        private @Nullable Channel out;
        private boolean over;
        private boolean asked;
        private long movedAt = System.nanoTime();

        private Session(Key key, Door door, Channel socket, StreamFacts facts, Plan plan, Target target) {
            this.key = key;
            this.door = door;
            this.socket = socket;
            this.facts = facts;
            this.plan = plan;
            this.target = target;
        }

        void open() {
            target.acquire();
            facts.asks(target.id());
            var connecting = new Bootstrap()
                    .group(socket.eventLoop())
                    .channelFactory(() -> vertx.transport().datagramChannel())
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LONGEST))
                    .handler(new Answers(this))
                    .connect(new InetSocketAddress(target.address().hostAddress(), target.port()));
            connecting.addListener(Connecting.on(socket.eventLoop(), failure -> {
                if (failure != null) {
                    end();
                } else if (over) {
                    var unused = connecting.channel().close();
                } else {
                    facts.connected();
                    out = connecting.channel();
                    held.forEach(this::toTarget);
                    held.clear();
                }
            }));
        }

        void toTarget(DatagramPacket packet) {
            movedAt = System.nanoTime();
            asked = true;
            var to = out;
            if (to == null) {
                held.add(packet); // connecting needs nobody else, and so no time
                return;
            }
            facts.in(packet.content().readableBytes());
            if (to.isWritable()) {
                var unused = to.writeAndFlush(packet.content());
            } else {
                packet.release(); // as a network does that is full
            }
        }

        void toClient(DatagramPacket packet) {
            movedAt = System.nanoTime();
            asked = false;
            facts.out(packet.content().readableBytes());
            if (socket.isWritable()) {
                var unused = socket.writeAndFlush(new DatagramPacket(packet.content(), key.client()));
            } else {
                packet.release();
            }
        }

        void refused(Throwable cause) {
            plan.service().report(target, Outcome.FAILED, "udp: " + cause.getMessage());
            facts.refused(502, "not-connected");
            end();
        }

        boolean isOver(long now) {
            return !socket.isActive()
                    || now - movedAt >= door.config().stream().session().toNanos();
        }

        boolean isAwaited(long now) {
            return asked && socket.isActive() && now - movedAt < ANSWER_NANOS;
        }

        void end() {
            if (over) {
                return;
            }
            over = true;
            sessions.remove(key);
            byListener.computeIfPresent(key.listener(), (listener, count) -> count == 1 ? null : count - 1);
            byNetwork.computeIfPresent(key.network(), (network, count) -> count == 1 ? null : count - 1);
            held.forEach(packet -> packet.release());
            held.clear();
            target.release();
            if (out != null) {
                var unused = out.close();
            }
            facts.ended();
            ended.accept(facts);
        }
    }

    /** What a target sends back. */
    private static final class Answers extends SimpleChannelInboundHandler<DatagramPacket> {
        private final Session session;

        private Answers(Session session) {
            super(false);
            this.session = session;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            session.toClient(packet);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            session.refused(cause);
        }
    }
}
