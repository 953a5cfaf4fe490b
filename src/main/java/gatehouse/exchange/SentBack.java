package gatehouse.exchange;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/** The answer of an exchange as it is sent back: to its client, or wherever else it is wanted first or instead. */
public abstract class SentBack extends SentOn {
    private @Nullable Unsent unsent;
    private @Nullable Outflow outflow;
    private @Nullable Detour detour;

    SentBack(Arrival arrival) {
        super(arrival);
    }

    private Detour detour() {
        if (detour == null) {
            detour = new Detour();
        }
        return detour;
    }

    /** Names the exchange whose client hears of it while there is no answer. */
    final void askedBy(SentBack other) {
        detour().askedBy(other);
    }

    /** Names the exchange whose client gets the answer after all. */
    final void answersTo(SentBack other) {
        outflow = other.outflow();
        detour().answersTo(other);
    }

    /** The body of the answer goes there, no faster than its writes complete. For a detached exchange. */
    public final void answerInto(WriteStream<Buffer> sink) {
        outflow = new Outflow(sink);
    }

    /** Until {@link #answerDirectly} the body of the answer, and its trailers, go there; no faster than its writes complete. */
    public final void divertAnswer(WriteStream<Buffer> sink) {
        keepTrailers();
        outflow = new Outflow(sink);
    }

    /** What is written from now on goes to the client again; what was diverted stays so. */
    public final void answerDirectly() {
        outflow = null;
    }

    /** Trailers of the answer. */
    public final MultiMap trailers() {
        return detour == null && !isDetached() ? response().trailers() : detour().trailers();
    }

    /** From now on trailers of the answer are kept here, for whoever makes something else of them. */
    public final void keepTrailers() {
        detour().keepTrailers();
    }

    /** Passes an interim answer on to the client; a detached exchange to that of the one it came from, while it waits. */
    public final void writeEarlyHints(MultiMap hints) {
        if (!isDetached()) {
            response().writeEarlyHints(hints);
        } else if (detour != null) {
            detour.writeEarlyHints(hints);
        }
    }

    /** Whether a client waits for the head of the answer. */
    final boolean isWaiting() {
        return !aborted() && !isDetached() && !response().headWritten();
    }

    /** Counts the bytes of its answer on an account that the exchanges of a connection share. */
    public final void countUnsent(Unsent account) {
        unsent = account;
    }

    /** Where the body of the answer goes, no faster than the client takes it. */
    public final Outflow outflow() {
        if (outflow == null) {
            outflow = unsent == null ? new Outflow(response()) : new Outflow(unsent, response());
        }
        return outflow;
    }

    /** Whether the body of the answer becomes another one on its way out. */
    public final boolean isReshaped() {
        return outflow != null && outflow.isReshaped();
    }
}
