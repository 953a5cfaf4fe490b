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
import org.jspecify.annotations.Nullable;

/** Carries exchanges from one event loop to targets and brings the replies back. Confined to its event loop. */
public final class Forwarder {
    private final Vertx vertx;
    private final HeldServices services;
    private final UpstreamHead head;
    private final Deadlines deadlines;
    private final GatherRoom gatherRoom;
    private final Copies copies;
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
        services = new HeldServices(vertx, deadlines, lanes);
        gatherRoom = new GatherRoom(lanes);
        head = new UpstreamHead(pseudonym);
        copies = new Copies(this);
        webProxy = new WebProxyForwarder(this);
    }

    /**
     * Sends an exchange to a target of the plan's service, and to others where that is allowed and helps. Not before the client has
     * sent its body, or the beginning of a long one: what comes slowly holds no place at the service.
     *
     * @return the head of the reply, its body paused; fails with a {@link gatehouse.problem.ProblemException}
     */
    public Future<Reply> exchange(Exchange exchange, Plan plan) {
        exchange.meantFor(plan.service().name());
        if (!Gathering.isFor(exchange)) {
            return send(exchange, plan, null);
        }
        var breaker = plan.breaker();
        return breaker != null && breaker.refuses() ? refused(breaker) : new Gathering(this, exchange, plan).start();
    }

    /**
     * Asks a target of the plan's service to switch a connection of its own to WebSocket.
     *
     * @param framed whether no extension may change what frames look like
     * @return the head of the reply; with status 101 its body is an {@link Upgraded}, with any other it is the target's answer.
     *     Fails with a {@link gatehouse.problem.ProblemException}
     */
    public Future<Reply> upgrade(Exchange exchange, Plan plan, boolean framed) {
        exchange.meantFor(plan.service().name());
        var breaker = plan.breaker();
        if (breaker != null && !breaker.tryAcquire()) {
            return refused(breaker);
        }
        return new Upgrade(this, exchange, plan, framed).begin();
    }

    /** Sends one of which as much has come as is wanted before. */
    Future<Reply> send(Exchange exchange, Plan plan, @Nullable Gathering body) {
        var breaker = plan.breaker();
        if (breaker != null && !breaker.tryAcquire()) {
            if (body != null) {
                body.over();
            }
            return refused(breaker);
        }
        if (plan.mirror() != null) {
            copies.send(exchange, plan.mirror(), body);
        }
        if (plan.service().config().forwarder() == ForwarderKind.WEB_PROXY) {
            return webProxy.exchange(exchange, plan, body);
        }
        return new Delivery(this, exchange, plan, body).begin();
    }

    private static Future<Reply> refused(Breaker breaker) {
        return Future.failedFuture(Problem.unavailable(
                        "breaker-open",
                        "The service failed too often; it is asked again shortly.",
                        breaker.retryAfter(),
                        Origin.UPSTREAM)
                .asFailure());
    }

    /** Closes the connections to services that are not in use any more, once what is under way on them has ended. */
    public void retain(Set<Service> live) {
        services.retain(live);
    }

    /** Ends all connections, giving what is under way {@code grace} to end. */
    public Future<?> close(Duration grace) {
        deadlines.close();
        return services.close(grace);
    }

    Vertx vertx() {
        return vertx;
    }

    HeldServices services() {
        return services;
    }

    UpstreamHead head() {
        return head;
    }

    /** What lies here of request bodies before they are sent. */
    GatherRoom gatherRoom() {
        return gatherRoom;
    }

    Deadlines deadlines() {
        return deadlines;
    }
}
