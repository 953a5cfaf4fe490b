package gatehouse.tcp;

import gatehouse.config.GatewayConfig;
import gatehouse.config.ListenerConfig.Protocol;
import gatehouse.exchange.Identity;
import gatehouse.exchange.RequestIds;
import gatehouse.listener.Door;
import gatehouse.listener.PeerAddress;
import gatehouse.listener.StreamServer;
import gatehouse.observe.LogLane;
import gatehouse.observe.MetricsLane;
import gatehouse.observe.TraceLane;
import gatehouse.policy.access.Access;
import gatehouse.route.Match;
import gatehouse.snapshot.Route;
import gatehouse.snapshot.Snapshot;
import gatehouse.snapshot.Snapshots;
import gatehouse.tls.ClientCertificate;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The connections of one event loop that carry bytes of any protocol. Confined to it. */
final class StreamLane implements StreamServer {
    private static final long TICK_MILLIS = 100;
    private static final int FORBIDDEN = 403;
    private static final int NO_ROUTE = 404;

    private final Vertx vertx;
    private final Snapshots snapshots;
    private final Dialer dialer;
    private final Guesses guesses;
    private final MetricsLane metrics;
    private final @Nullable LogLane log;
    private final @Nullable TraceLane traces;
    private final RequestIds ids = new RequestIds();
    private final Set<Relay> relays = new LinkedHashSet<>();
    private final UdpSessions sessions;
    private final long ticker;

    /** Listeners whose routes ask for the name in a ClientHello. */
    private Set<String> named = Set.of();

    private @Nullable Snapshot seen;
    private @Nullable Promise<Void> whenIdle;

    StreamLane(Vertx vertx, TcpNode node) {
        this.vertx = vertx;
        this.snapshots = node.snapshots();
        this.dialer = new Dialer(vertx);
        this.guesses = node.guesses();
        this.metrics = node.metrics().lane();
        this.log = node.accessLog() == null ? null : node.accessLog().lane();
        this.traces = node.tracing() == null ? null : node.tracing().lane();
        this.sessions = new UdpSessions(
                (VertxInternal) vertx, ids, node.listeners().mostDatagramClients(), metrics::begin, this::record);
        this.ticker = vertx.setPeriodic(TICK_MILLIS, id -> tick());
    }

    /** The configuration in force, which connections that come now see. */
    Snapshot current() {
        var now = snapshots.current();
        if (seen == null || now.number() != seen.number()) {
            seen = now;
            named = named(now.config());
        }
        return now;
    }

    private boolean isNamed(Door door) {
        current();
        return named.contains(door.name());
    }

    private static Set<String> named(GatewayConfig config) {
        var names = new HashSet<String>();
        for (var route : config.routes().values()) {
            if (!route.match().sni().isEmpty()) {
                names.addAll(route.match().listener());
            }
        }
        return names;
    }

    @Override
    public void connected(Door door, Channel connection) {
        Side.prepare(connection);
        if (door.config().protocols().contains(Protocol.FORWARD)) {
            forward(door, connection);
            return;
        }
        var tls = connection.pipeline().get(SslHandler.class);
        if (tls != null) {
            begin(
                    door,
                    connection,
                    asked(tls.engine().getSession()),
                    tls.engine().getSession(),
                    null);
        } else if (isNamed(door)) {
            var waiting = new Waiting();
            connection.pipeline().replace("handler", "handler", waiting);
            connection
                    .pipeline()
                    .addBefore(
                            "handler",
                            null,
                            new Hello(
                                    door.config().stream().hello(),
                                    name -> begin(door, connection, name, null, waiting)));
            connection.read();
        } else {
            begin(door, connection, "", null, null);
        }
    }

    @Override
    public void received(Door door, Channel socket, DatagramPacket packet) {
        sessions.received(door, socket, packet, current());
    }

    private void forward(Door door, Channel connection) {
        var client = PeerAddress.text(connection);
        new ForwardHead((VertxInternal) vertx, door, current(), dialer, guesses, ids, client, facts -> {
                    metrics.begin();
                    var relay = new Relay(
                            facts, connection, door.config().stream().idle().toNanos(), this::ended);
                    relays.add(relay);
                    return relay;
                })
                .receive(connection);
    }

    private void begin(
            Door door, Channel connection, String name, @Nullable SSLSession session, @Nullable Waiting waiting) {
        var identity = Identity.NOBODY.showing(ClientCertificate.claims(session));
        var facts = new StreamFacts(ids.next(), door.name(), "TCP", PeerAddress.text(connection), name, identity);
        metrics.begin();
        var relay = new Relay(facts, connection, door.config().stream().idle().toNanos(), this::ended);
        relays.add(relay);
        connection.pipeline().replace("handler", "handler", relay.client());
        if (waiting != null) {
            waiting.handOver(relay.client());
        }
        if (door.config().proxyProtocol()) {
            connection.pipeline().addBefore("handler", null, new NoProxyHead());
        }
        route(relay, current());
    }

    private void route(Relay relay, Snapshot now) {
        var facts = relay.facts();
        if (!(now.table(facts.listener()).find(facts) instanceof Match.Found<Route> found)) {
            relay.refuse(NO_ROUTE, "no-route");
            return;
        }
        var route = found.value();
        var plans = route.plans();
        facts.routedTo(
                route.name(), plans.isEmpty() ? null : plans.get(0).service().name());
        if (route.steps().get(Access.TYPE) instanceof Access access && !access.admits(facts, facts.identity())) {
            relay.refuse(FORBIDDEN, "forbidden");
        } else if (plans.isEmpty()) {
            relay.refuse(NO_ROUTE, "no-route");
        } else {
            relay.begin(plans.get(0), dialer);
        }
    }

    /** The name that was asked for in a handshake that is over. */
    private static String asked(SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (var name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName().toLowerCase(Locale.ROOT);
                }
            }
        }
        return "";
    }

    private void ended(Relay relay) {
        if (!relays.remove(relay)) {
            return;
        }
        record(relay.facts());
        checkIdle();
    }

    private void checkIdle() {
        if (whenIdle != null && isIdle()) {
            whenIdle.tryComplete();
        }
    }

    private boolean isIdle() {
        return relays.isEmpty() && !sessions.areAwaited();
    }

    private void record(StreamFacts facts) {
        metrics.record(facts);
        if (log != null) {
            log.write(facts);
        }
        if (traces != null) {
            traces.ended(facts, facts.method().equals("UDP") ? "udp" : "tcp");
        }
    }

    private void tick() {
        var now = System.nanoTime();
        sessions.sweep(now);
        for (var relay : relays.toArray(new Relay[0])) {
            relay.sweep(now);
        }
        checkIdle();
        if (log != null) {
            log.flush();
        }
    }

    /** Completes when no connection is open, and no datagram waits for one that answers it. */
    Future<Void> idle() {
        if (whenIdle == null) {
            whenIdle = Promise.promise();
        }
        sessions.sweep(System.nanoTime());
        checkIdle();
        return whenIdle.future();
    }

    void close() {
        vertx.cancelTimer(ticker);
        sessions.close();
        for (var relay : Set.copyOf(relays)) {
            relay.cut();
            ended(relay);
        }
        if (log != null) {
            log.close();
        }
        metrics.close();
    }
}
