package gatehouse.forward;

import gatehouse.config.ServiceConfig.ForwarderKind;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.service.Service;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Set;

/** Carries exchanges from one event loop to targets and brings the replies back. Confined to its event loop. */
public final class Forwarder {
    private final Vertx vertx;
    private final UpstreamClients clients;
    private final UpstreamHead head;
    private final Deadlines deadlines;
    private final WebProxyForwarder webProxy;

    /**
     * Must be made on the event loop that will use it.
     *
     * @param lanes number of event loops that share a service's connection limits
     * @param pseudonym the gateway's name in {@code Via}
     */
    public Forwarder(Vertx vertx, int lanes, String pseudonym) {
        this.vertx = vertx;
        deadlines = new Deadlines(vertx);
        clients = new UpstreamClients(vertx, deadlines, lanes);
        head = new UpstreamHead(pseudonym);
        webProxy = new WebProxyForwarder(this);
    }

    /**
     * Sends an exchange to a target of the plan's service, and to others where that is allowed and helps.
     *
     * @return the head of the reply, its body paused; fails with a {@link gatehouse.problem.ProblemException}
     */
    public Future<Reply> exchange(Exchange exchange, Plan plan) {
        exchange.meantFor(plan.service().name());
        var breaker = plan.breaker();
        if (breaker != null && !breaker.tryAcquire()) {
            return Future.failedFuture(Problem.unavailable(
                            "breaker-open",
                            "The service failed too often; it is asked again shortly.",
                            breaker.retryAfter(),
                            Origin.UPSTREAM)
                    .asFailure());
        }
        if (plan.service().config().forwarder() == ForwarderKind.WEB_PROXY) {
            return webProxy.exchange(exchange, plan);
        }
        return new Delivery(this, exchange, plan).begin();
    }

    /** Closes the connections to services that are not in use any more, once what is under way on them has ended. */
    public void retain(Set<Service> services) {
        clients.retain(services);
    }

    /** Ends all connections, giving what is under way {@code grace} to end. */
    public Future<?> close(Duration grace) {
        deadlines.close();
        return clients.close(grace);
    }

    Vertx vertx() {
        return vertx;
    }

    UpstreamClients clients() {
        return clients;
    }

    UpstreamHead head() {
        return head;
    }

    Deadlines deadlines() {
        return deadlines;
    }
}
