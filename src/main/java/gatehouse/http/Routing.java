package gatehouse.http;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.GrpcCall;
import gatehouse.exchange.Preflight;
import gatehouse.exchange.Reply;
import gatehouse.forward.Forwarder;
import gatehouse.listener.Door;
import gatehouse.listener.Lane;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.route.Match;
import gatehouse.route.RouteTable;
import gatehouse.snapshot.Route;
import gatehouse.snapshot.Snapshot;
import gatehouse.snapshot.Switchboard;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;

/** The way of an exchange: to its route, through the policies of that, and to whoever answers it. Confined to one event loop. */
final class Routing {
    private final Lane lane;
    private final Switchboard switchboard;
    private final Forwarder forwarder;

    Routing(Lane lane, Switchboard switchboard, Forwarder forwarder) {
        this.lane = lane;
        this.switchboard = switchboard;
        this.forwarder = forwarder;
    }

    /** Finds the way of an exchange and begins it. */
    Future<Reply> answer(Exchange exchange, Door door, Snapshot now) {
        try {
            var refusal = exchange.refusal();
            if (refusal != null) {
                return Future.failedFuture(refusal.asFailure());
            }
            if (exchange.isAboutServer()) {
                return Future.succeededFuture(Asterisk.reply());
            }
            if (!exchange.isWebSocket() && !door.config().takesRequests()) {
                return Future.failedFuture(Problem.upgradeRequired("This port takes WebSockets and nothing else.")
                        .asFailure());
            }
            if (exchange.call() == null && door.isForCallsOnly() && Preflight.of(exchange) == null) {
                return Future.failedFuture(Problem.noCall(GrpcCall.whyNone(exchange.httpMethod(), exchange.headers()))
                        .asFailure());
            }
            var match = find(now.table(door.name()), exchange);
            if (match instanceof Match.Found<Route> found) {
                exchange.routedTo(found.name(), found.pattern());
                var route = found.value();
                exchange.mayHaveSecretsIn(route.secretParameters());
                carry(exchange, route);
                return route.policy().apply(exchange, last -> end(last, route));
            }
            var dialect = exchange.call() == null ? null : lane.dialect();
            var own = dialect == null ? null : dialect.own(exchange);
            if (own != null) {
                return own;
            }
            var problem = match instanceof Match.WrongMethod<Route> wrong
                    ? Problem.methodNotAllowed(wrong.allow())
                    : Problem.noRoute();
            return Future.failedFuture(problem.asFailure());
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    /** A preflight belongs to the route of the request that it asks about, where that one has a say in it. */
    private static Match<Route> find(RouteTable<Route> table, Exchange exchange) {
        var asked = Preflight.of(exchange);
        if (asked != null
                && table.find(asked) instanceof Match.Found<Route> found
                && found.value().answersPreflights()) {
            return found;
        }
        return table.find(exchange);
    }

    /**
     * Makes a call of what says to be one, where the route carries calls. One that is none, as it came over HTTP/1.1, is refused:
     * a service resets it, for which nobody but its client is to blame.
     */
    private static void carry(Exchange exchange, Route route) {
        var calls = route.calls();
        if (calls == null) {
            return;
        }
        var call = exchange.call();
        if (call != null) {
            call.carry(
                    exchange.startNanos(),
                    calls.message().bytes(),
                    calls.deadline().toNanos(),
                    calls.isIdempotent(exchange.path()));
        } else if (GrpcCall.isPlain(exchange.headers().get(HttpHeaders.CONTENT_TYPE))) {
            throw Problem.noCall(GrpcCall.whyNone(exchange.httpMethod(), exchange.headers()))
                    .asFailure();
        }
    }

    private Future<Reply> end(Exchange exchange, Route route) {
        var dialect = exchange.carriedCall() == null ? null : lane.dialect();
        return dialect == null ? terminate(exchange, route) : dialect.carry(exchange, last -> terminate(last, route));
    }

    private Future<Reply> terminate(Exchange exchange, Route route) {
        if (route.to() instanceof Route.ToTopic || (exchange.isWebSocket() && route.takesSockets())) {
            return handOn(exchange, route);
        }
        if (route.to() instanceof Route.ToService service) {
            return forwarder.exchange(exchange, service.plan());
        }
        if (route.to() instanceof Route.ToSplit split) {
            return forwarder.exchange(exchange, split.split().plan(exchange));
        }
        if (route.to() instanceof Route.ToRpc rpc) {
            return exchange.carriedCall() != null
                    ? forwarder.exchange(exchange, rpc.plan())
                    : rpc.transcoder().exchange(exchange, asked -> forwarder.exchange(asked, rpc.plan()));
        }
        if (route.to() instanceof Route.ToAnswer answer) {
            return Future.succeededFuture(answer.answer().reply(exchange));
        }
        return ((Route.ToFiles) route.to()).site().exchange(exchange);
    }

    private Future<Reply> handOn(Exchange exchange, Route route) {
        var operator = switchboard.at(lane.index());
        if (operator == null) {
            return Future.failedFuture(Problem.unavailable(
                            "not-served",
                            "The gateway is starting, or its manifest has no verticle that serves WebSockets.",
                            1,
                            Origin.GATEWAY)
                    .asFailure());
        }
        var plan = route.to() instanceof Route.ToService service
                ? service.plan()
                : route.to() instanceof Route.ToSplit split ? split.split().plan(exchange) : null;
        return operator.take(exchange, route, plan, forwarder);
    }
}
