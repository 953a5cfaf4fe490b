package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.service.Target;

/**
 * An exchange that asks for a WebSocket, on its way to a service: until a target has answered, or none is left that can be reached.
 * It stands in the service's line and counts for its breaker and its targets' health like any other; once the protocol is
 * switched it holds no place there. Only what never reached a target is sent again.
 */
final class Upgrade extends Dispatch {
    private final boolean framed;

    /**
     * @param framed whether no extension may change what frames look like
     */
    Upgrade(Forwarder forwarder, Exchange exchange, Plan plan, boolean framed) {
        super(forwarder, exchange, plan);
        this.framed = framed;
    }

    boolean isFramed() {
        return framed;
    }

    @Override
    void tryAt(Target target) {
        new Handshake(this, target).start();
    }

    /** A target has answered, whatever it said. */
    void answered(Reply reply, Target target) {
        succeeded(reply, target, !Passage.isGatewayFailure(reply.status()));
    }

    /** No answer came. */
    void failed(Failure failure, Target target) {
        var retry = plan().retry();
        if (retry == null
                || failure.kind() != Failure.Kind.CONNECT
                || !retry.when().contains(Retry.Cause.CONNECT)
                || !isWanted()) {
            fail(failure, failure.countsAgainstTarget());
        } else if (isAnotherThan(target)) {
            askElsewhere(target);
        } else if (tryRetry(target, retry)) {
            askAfter(pauseMillis(retry));
        } else {
            fail(failure, failure.countsAgainstTarget());
        }
    }
}
