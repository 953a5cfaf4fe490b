package gatehouse.exchange;

import org.jspecify.annotations.Nullable;

/** The record that is kept of one exchange for a trace. An exchange that is not sampled has none. Confined to one event loop. */
public interface Trace {
    /**
     * An attempt at a target begins; one at a time.
     *
     * @param authority host and port of the target
     */
    void attempt(Exchange exchange, String authority);

    /** What the target is told of the trace, in {@code traceparent}. */
    String traceparent();

    /** The head of the target's answer has come. */
    void answered(int status);

    /**
     * The attempt is over.
     *
     * @param why what became of it, for one that brought no answer
     */
    void attemptEnded(@Nullable String why);

    /** The exchange is over. */
    void ended(ExchangeFacts facts);
}
