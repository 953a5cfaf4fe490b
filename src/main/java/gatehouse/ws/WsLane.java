package gatehouse.ws;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.exchange.Upgrading;
import gatehouse.forward.Forwarder;
import gatehouse.forward.Plan;
import gatehouse.forward.Upgraded;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.snapshot.Route;
import gatehouse.snapshot.Switchboard;
import io.vertx.core.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The life of WebSockets on one event loop until their connection is switched. Confined to it. */
final class WsLane implements Switchboard.Operator {
    private final OpenSockets node;
    private final Sockets all;
    private final Pushes pushes;

    WsLane(OpenSockets node, Sockets all) {
        this.node = node;
        this.all = all;
        pushes = new Pushes(node, all);
    }

    @Override
    public Future<Reply> take(Exchange exchange, Route route, @Nullable Plan plan, Forwarder forwarder) {
        if (!exchange.isWebSocket()) {
            return pushes.events(exchange, route);
        }
        var rules = SocketRules.of(route);
        var terms = rules.terms();
        var count = node.count(route.name());
        var refusal = refusal(exchange, route);
        if (refusal == null && !count.enter(terms.connections())) {
            refusal = Problem.unavailable(
                    "websocket-limit", "Too many WebSockets are open on this route.", 5, Origin.GATEWAY);
        }
        if (refusal != null) {
            return Future.failedFuture(refusal.asFailure());
        }
        if (plan == null) {
            return pushes.socket(exchange, route, terms, count, stalled(exchange));
        }
        return forwarder
                .upgrade(exchange, plan, terms.looksAtMessages())
                .map(reply -> {
                    if (reply.body() instanceof Upgraded upgraded) {
                        return reply.with(new TunnelBody(all, upgraded, rules, count, stalled(exchange)));
                    }
                    count.leave();
                    return reply;
                })
                .onFailure(failed -> count.leave());
    }

    private @Nullable Problem refusal(Exchange exchange, Route route) {
        var wrong = Upgrading.wrong(exchange);
        if (wrong != null) {
            return wrong;
        }
        if (all.isEnding()) {
            return Problem.unavailable("ending", "This node takes no new WebSockets.", 1, Origin.GATEWAY);
        }
        return OriginCheck.refuses(exchange, route);
    }

    private Duration stalled(Exchange exchange) {
        var listener = node.snapshots().current().config().listeners().get(exchange.listener());
        return listener == null ? Duration.ofSeconds(60) : listener.limits().stalled();
    }
}
