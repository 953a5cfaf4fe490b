package gatehouse.http;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.GrpcCall;
import gatehouse.exchange.Intake;
import gatehouse.exchange.Peer;
import gatehouse.exchange.Reply;
import gatehouse.exchange.RequestIds;
import gatehouse.exchange.Upgrading;
import gatehouse.forward.Forwarder;
import gatehouse.listener.Door;
import gatehouse.listener.Lane;
import gatehouse.listener.LaneServer;
import gatehouse.observe.LogLane;
import gatehouse.observe.MetricsLane;
import gatehouse.observe.TraceLane;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import gatehouse.snapshot.Snapshot;
import gatehouse.snapshot.Snapshots;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of HTTP requests on one event loop, top to bottom. Confined to it. */
final class HttpLane implements LaneServer {
    private static final Logger LOG = LoggerFactory.getLogger(HttpLane.class);
    private static final long TICK_MILLIS = 100;
    private static final int TICKS_PER_SWEEP = 10;

    private final Vertx vertx;
    private final Lane lane;
    private final Snapshots snapshots;
    private final Forwarder forwarder;
    private final Routing routing;
    private final MetricsLane metrics;
    private final @Nullable LogLane log;
    private final @Nullable TraceLane traces;
    private final Connections connections;
    private final RequestIds ids = new RequestIds();
    private final long ticker;

    private int ticks;

    HttpLane(Vertx vertx, HttpNode node, Lane lane) {
        this.vertx = vertx;
        this.lane = lane;
        this.snapshots = node.snapshots();
        this.metrics = node.metrics().lane();
        this.log = node.accessLog() == null ? null : node.accessLog().lane();
        this.traces = node.tracing() == null ? null : node.tracing().lane();
        this.connections = new Connections(metrics);
        this.forwarder = new Forwarder(
                vertx, node.lanes(), snapshots.current().config().node().name());
        this.routing = new Routing(lane, node.switchboard(), forwarder);
        this.ticker = vertx.setPeriodic(TICK_MILLIS, id -> tick());
    }

    @Override
    public void connected(Door door, HttpConnection connection) {
        connections.of(connection, door);
    }

    @Override
    public void handle(Door door, HttpServerRequest request) {
        var connection = connections.of(request.connection(), door);
        if (connection.isEnding()) {
            return;
        }
        request.pause();
        var now = snapshots.current(); // one read: the whole exchange sees one configuration
        var exchange = accept(door, request, connection.peer());
        if (traces != null) {
            traces.begin(exchange, connection.peer().trusted());
        }
        if (!connection.certificate().isEmpty()) {
            exchange.showed(connection.certificate());
        }
        if (lane.dialect() != null) {
            exchange.calls(GrpcCall.of(request.method(), request.version(), request.headers()));
        }
        connection.begin(exchange);
        connections.began();
        metrics.begin();
        ClientWatch.on(exchange, connection);
        request.response().bodyEndHandler(end -> connection.handedOver(exchange));
        routing.answer(exchange, door, now).onComplete(answered -> settle(exchange, connection, answered));
    }

    /** Sends the reply, or what is told in place of one that there isn't or that can't be sent; then it is over either way. */
    private void settle(Exchange exchange, Connection connection, AsyncResult<Reply> answered) {
        Future<Void> sent;
        try {
            sent = answered.succeeded()
                    ? send(exchange, connection, answered.result())
                    : refuse(exchange, connection, answered.cause());
        } catch (Throwable e) { // whatever it is: an exchange that never ends is counted for ever
            sent = Future.failedFuture(e);
        }
        sent.onComplete(done -> {
            if (done.failed() && answered.succeeded()) {
                refuseThenFinish(exchange, connection, ReplyWriter.inPlaceOf(answered.result(), done.cause()));
            } else {
                finish(exchange, connection);
            }
        });
    }

    private void refuseThenFinish(Exchange exchange, Connection connection, Throwable failure) {
        Future<Void> sent;
        try {
            sent = refuse(exchange, connection, failure);
        } catch (Throwable e) { // the same
            sent = Future.failedFuture(e);
        }
        sent.onComplete(done -> finish(exchange, connection));
    }

    /** An exchange even for a request that is refused, so that it is answered and logged like any other. */
    private Exchange accept(Door door, HttpServerRequest request, Peer peer) {
        var offered = request.headers().get(ReplyWriter.X_REQUEST_ID);
        var id = offered != null && RequestIds.wellFormed(offered) ? offered : ids.next();
        try {
            var exchange =
                    Intake.accept(request, id, door.name(), peer, door.config().limits());
            if (door.config().takesWebSockets() && Upgrading.isAsked(request)) {
                exchange.wantsWebSocket();
            }
            return exchange;
        } catch (ProblemException e) {
            return Intake.refused(request, id, door.name(), peer, e.problem());
        }
    }

    private Future<Void> send(Exchange exchange, Connection connection, Reply reply) {
        if (connection.isWorn()) {
            exchange.closeConnection();
        }
        return ReplyWriter.send(exchange, reply);
    }

    private Future<Void> refuse(Exchange exchange, Connection connection, Throwable failure) {
        if (exchange.clientGone()
                || exchange.response().closed()
                || exchange.response().ended()) {
            return Future.succeededFuture();
        }
        Problem problem;
        if (failure instanceof ProblemException told) {
            problem = told.problem();
            if (problem.origin() == Origin.GATEWAY && problem.status() == 500) {
                LOG.error("exchange {} failed", exchange.requestId(), failure);
            }
        } else {
            problem = Problem.internal();
            LOG.error("exchange {} failed", exchange.requestId(), failure);
        }
        if (connection.isWorn()) {
            exchange.closeConnection();
        }
        var call = exchange.call();
        var dialect = call == null || call.kind() == GrpcCall.Kind.JSON ? null : lane.dialect();
        if (dialect != null && !(exchange.response().headWritten() && exchange.carriedCall() == null)) {
            return dialect.refuse(exchange, problem);
        }
        if (exchange.response().headWritten()) {
            connection.cut(exchange);
        }
        var cutOff = exchange.response().headWritten();
        var sent = ReplyWriter.send(exchange, problem);
        if (cutOff && exchange.request().version() != HttpVersion.HTTP_2) {
            connection.endNow(); // a client that reads nothing would hold what is left
        }
        if (problem.close()) {
            connection.flush(); // Vert.x closes right after a body that it can't read
        }
        return sent;
    }

    private void finish(Exchange exchange, Connection connection) {
        if (exchange.isUpgraded()) { // whoever has the connection now says when it ends
            metrics.record(exchange);
            endTrace(exchange);
            connection.handedOn(exchange);
            connections.ended();
            return;
        }
        var now = System.nanoTime();
        var request = exchange.request();
        exchange.ended(now, request.bytesRead(), exchange.response().bytesWritten());
        record(exchange);
        connection.end(exchange, now);
        connections.ended();
        if (request.version() == HttpVersion.HTTP_2) {
            Leftover.discardStream(request);
        } else {
            Leftover.discard(vertx, request, connection, exchange.closesConnection());
        }
    }

    private void record(Exchange exchange) {
        metrics.record(exchange);
        if (log != null) {
            log.write(exchange);
        }
        endTrace(exchange);
    }

    private static void endTrace(Exchange exchange) {
        var trace = exchange.trace();
        if (trace != null) {
            trace.ended(exchange);
        }
    }

    @Override
    public void handleInvalid(Door door, HttpServerRequest request) {
        var connection = connections.of(request.connection(), door);
        if (connection.isEnding()) {
            return;
        }
        var problem = Invalid.problem(request.decoderResult().cause());
        var exchange = Intake.refused(request, ids.next(), door.name(), connection.peer(), problem);
        connection.begin(exchange);
        connections.began();
        metrics.begin();
        ReplyWriter.send(exchange, problem).onComplete(sent -> {
            exchange.ended(System.nanoTime(), 0, exchange.response().bytesWritten());
            record(exchange);
            connection.end(exchange, System.nanoTime());
            connections.ended();
            connection.close();
        });
    }

    /** Looks after the connections of the one before; what that has begun stays with it. */
    void takeOver(@Nullable LaneServer before) {
        if (before instanceof HttpLane former && former != this) {
            connections.takeOver(former.connections);
        }
    }

    /** Another configuration is in force: gives up what only the one before needed, once its exchanges have ended. */
    void adopt(Snapshot next) {
        forwarder.retain(next.liveServices());
    }

    /** Completes when no exchange is under way. */
    Future<Void> idle() {
        Promise<Void> promise = Promise.promise();
        connections.whenIdle(promise::tryComplete);
        return promise.future();
    }

    /** Ends for good; what is still under way is cut. */
    Future<?> close() {
        vertx.cancelTimer(ticker);
        connections.endAll();
        if (log != null) {
            log.close();
        }
        metrics.close();
        return forwarder.close(Duration.ZERO);
    }

    private void tick() {
        if (log != null) {
            log.flush();
        }
        if (++ticks % TICKS_PER_SWEEP == 0) {
            connections.sweep(System.nanoTime());
        }
    }
}
