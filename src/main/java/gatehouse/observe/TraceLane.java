package gatehouse.observe;

import gatehouse.exchange.Exchange;
import io.opentelemetry.api.trace.Tracer;
import java.util.SplittableRandom;

/** Decides on one event loop which exchanges are recorded. */
public final class TraceLane {
    private static final String TRACEPARENT = "traceparent";

    private final Tracer tracer;
    private final double share;
    private final SplittableRandom random = new SplittableRandom();

    TraceLane(Tracer tracer, double share) {
        this.tracer = tracer;
        this.share = share;
    }

    /**
     * Begins the record of an exchange, if it is sampled. A trace that the client began goes on under its id. Whether it is
     * recorded, a trusted proxy has decided already, with {@code traceparent}; for all others the share decides, as anybody can
     * write what costs nothing to write.
     *
     * @param trusted whether the peer is a trusted proxy
     */
    public void begin(Exchange exchange, boolean trusted) {
        var told = exchange.header(TRACEPARENT);
        var parent = told != null && TraceParent.isValid(told) ? told : null;
        var isRecorded = (parent != null && trusted) ? TraceParent.isSampled(parent) : isInShare();
        if (isRecorded) {
            exchange.traced(new TracedExchange(tracer, exchange, parent == null ? null : TraceParent.context(parent)));
        }
    }

    private boolean isInShare() {
        return share > 0 && (share >= 1 || random.nextDouble() < share);
    }
}
