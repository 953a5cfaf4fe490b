package gatehouse.snapshot;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.forward.Forwarder;
import gatehouse.forward.Plan;
import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Where requests are handed over that want more than an answer: a WebSocket, or a topic. Who serves those takes a place for each
 * event loop; who has requests finds it there.
 */
public final class Switchboard {
    private final AtomicReferenceArray<@Nullable Operator> operators;

    /** Who takes such requests on one event loop. */
    @FunctionalInterface
    public interface Operator {
        /**
         * Takes a request that has passed its route's policies.
         *
         * @param plan how its service is reached; null for a topic
         * @param forwarder what carries requests on this event loop
         * @return the reply; with status 101 its body takes over the connection
         */
        Future<Reply> take(Exchange exchange, Route route, @Nullable Plan plan, Forwarder forwarder);
    }

    /** Without anybody yet. */
    public Switchboard(int lanes) {
        operators = new AtomicReferenceArray<>(lanes);
    }

    /** Who serves on a lane now; null for nobody. */
    public @Nullable Operator at(int lane) {
        return operators.get(lane);
    }

    /** Takes the place on a lane. */
    public void serve(int lane, Operator next) {
        operators.set(lane, next);
    }

    /** Leaves the place on a lane, unless somebody else has it already. */
    public void leave(int lane, Operator one) {
        operators.compareAndSet(lane, one, null);
    }
}
