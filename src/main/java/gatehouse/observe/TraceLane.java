package gatehouse.observe;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.ExchangeFacts;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

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

    /** Records a connection that has ended, if it is sampled. Conventions know no name for one; its attributes are those of the network. */
    public void ended(ExchangeFacts facts, String transport) {
        if (!isInShare()) {
            return;
        }
        var took = facts.endNanos() - facts.startNanos();
        var start = TimeUnit.MILLISECONDS.toNanos(facts.startEpochMillis());
        var span = tracer.spanBuilder(transport)
                .setSpanKind(SpanKind.SERVER)
                .setNoParent()
                .setStartTimestamp(start, TimeUnit.NANOSECONDS)
                .startSpan();
        span.setAttribute("network.transport", transport);
        span.setAttribute("client.address", facts.clientAddress());
        TracedExchange.names(span, facts);
        if (facts.target() != null) {
            span.setAttribute("server.address", facts.target());
        }
        if (facts.problem() != null || facts.aborted()) {
            span.setAttribute("error.type", facts.problem() == null ? "_OTHER" : facts.problem());
            span.setStatus(StatusCode.ERROR);
        }
        span.end(start + took, TimeUnit.NANOSECONDS);
    }

    private boolean isInShare() {
        return share > 0 && (share >= 1 || random.nextDouble() < share);
    }
}
