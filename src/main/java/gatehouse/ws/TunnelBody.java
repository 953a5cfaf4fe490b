package gatehouse.ws;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.forward.Upgraded;
import gatehouse.listener.Handover;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import java.time.Duration;

/** What follows a head with 101: both connections, handed over to a tunnel. */
final class TunnelBody implements Reply.Body {
    private final Sockets all;
    private final Upgraded upgraded;
    private final SocketRules rules;
    private final SocketCount count;
    private final Duration stalled;

    /**
     * @param stalled how long a side may take nothing of what waits for it
     */
    TunnelBody(Sockets all, Upgraded upgraded, SocketRules rules, SocketCount count, Duration stalled) {
        this.all = all;
        this.upgraded = upgraded;
        this.rules = rules;
        this.count = count;
        this.stalled = stalled;
    }

    @Override
    public Future<Void> sendTo(Exchange exchange) {
        var channel = Handover.channelOf(exchange.request().connection());
        if (channel == null || !channel.isActive() || exchange.clientGone()) {
            cancel();
            return Future.failedFuture(Problem.internal().asFailure());
        }
        var head = SwitchHead.of(channel.alloc(), exchange.response().headers());
        new Tunnel(all, exchange, upgraded, rules, count, stalled).begin(channel, head);
        return Future.succeededFuture();
    }

    @Override
    public void cancel() {
        count.leave();
        upgraded.cancel();
    }

    @Override
    public long length() {
        return -1;
    }
}
