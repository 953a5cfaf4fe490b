package gatehouse.forward;

import gatehouse.exchange.BrokenBody;
import gatehouse.exchange.Exchange;
import gatehouse.problem.Problem;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/** A request's body on its way into a proxy, counted against the exchange's limit. Confined to its event loop. */
final class CountedBody extends Flow implements ReadStream<Buffer> {
    private final Exchange exchange;
    private final WebProxyTrip trip;
    private final long announced;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private @Nullable Gathering beginning;
    private @Nullable Buffer last;
    private boolean endWaits;
    private boolean paused;
    private boolean full;
    private boolean over;

    /**
     * @param beginning what has come of it already; null where nothing was taken of it
     */
    CountedBody(Exchange exchange, WebProxyTrip trip, @Nullable Gathering beginning) {
        this.exchange = exchange;
        this.trip = trip;
        this.beginning = beginning;
        this.over = !exchange.hasBody();
        this.announced =
                exchange.version() == HttpVersion.HTTP_2 && !exchange.isBodyReshaped() ? exchange.contentLength() : -1;
        var request = exchange.request();
        if (beginning != null && beginning.isWhole()) {
            return;
        }
        request.handler(this::chunk);
        request.endHandler(end -> end());
        request.exceptionHandler(this::broken);
    }

    /** Whether the whole body was handed on. */
    boolean isOver() {
        return over;
    }

    /** Whether it waits for the target to read. */
    boolean isHeldUp() {
        return (paused || full) && !over;
    }

    /** Hands nothing more on; what still comes from the client is dropped. */
    void stop() {
        if (!over) {
            over = true;
            cease();
            handler = null;
            forgetRoom();
            resume();
        }
    }

    private void chunk(Buffer chunk) {
        moved(chunk.length());
        if (handler == null) {
            return;
        }
        if (bytes() > exchange.bodyLimit()) {
            trip.refuse(Problem.bodyTooLarge(exchange.bodyLimit()));
            return;
        }
        trip.active();
        if (bytes() == announced && last == null) {
            last = chunk; // complete, it would be so for the target; the stream may have more, or never end
            return;
        }
        handler.handle(chunk);
        holdWhenFull();
    }

    /** The proxy itself would stop only when it has queued another sixteen pieces of any size. */
    private void holdWhenFull() {
        var up = trip.request();
        if (!full && !over && up != null && !up.isWritable()) {
            full = true;
            stopReading();
            up.whenWritable(this::hasRoom);
        }
    }

    private void hasRoom() {
        full = false;
        if (!paused) {
            resume();
        }
    }

    private void forgetRoom() {
        var up = full ? trip.request() : null;
        if (up != null) {
            up.whenWritable(null);
        }
        full = false;
    }

    private void end() {
        if (last != null && handler != null) {
            handler.handle(last);
        }
        over = true;
        cease();
        forgetRoom();
        trip.active();
        trip.sent();
        if (endHandler != null) {
            endHandler.handle(null);
        }
    }

    private void broken(Throwable cause) {
        if (!over && !Failures.isClientGone(cause, exchange)) { // that is noticed at its answer
            trip.refuse(BrokenBody.problem(cause));
        }
        if (exceptionHandler != null) {
            exceptionHandler.handle(cause);
        }
    }

    @Override
    public CountedBody handler(@Nullable Handler<Buffer> next) {
        if (next != null && !over && !flows()) {
            trip.flowing(this);
            if (beginning != null) {
                carryOn(beginning);
            }
        }
        handler = next;
        return this;
    }

    @Override
    public CountedBody endHandler(@Nullable Handler<Void> next) {
        endHandler = next;
        return this;
    }

    @Override
    public CountedBody exceptionHandler(@Nullable Handler<Throwable> next) {
        exceptionHandler = next;
        return this;
    }

    @Override
    public CountedBody pause() {
        paused = true;
        stopReading();
        return this;
    }

    private void stopReading() {
        hold(trip.now());
        var request = exchange.request();
        if (!endWaits && !request.isEnded()) {
            request.pause();
            Reading.stop(request.version(), request.connection());
        }
    }

    private void readOn() {
        var request = exchange.request();
        request.resume();
        // behind what is at hand, which is delivered later and may fill the queue again
        trip.vertx().runOnContext(delivered -> {
            if (over || !(paused || full)) {
                Reading.resume(request.version(), request.connection());
            }
        });
    }

    @Override
    public CountedBody resume() {
        paused = false;
        if (full) {
            return this;
        }
        go(trip.now());
        if (beginning != null && (handler != null || over)) {
            handOn(beginning);
        }
        if (beginning != null || paused || full) {
            return this;
        }
        if (endWaits) {
            endWaits = false;
            if (!over) {
                end();
            }
        } else if (!exchange.request().isEnded()) { // a stream that was reset is, and can't be resumed
            readOn();
        }
        return this;
    }

    private void handOn(Gathering first) {
        beginning = null;
        endWaits = first.isWhole();
        var bytes = first.gathered();
        if (bytes != null) {
            chunk(bytes);
        }
        first.over();
    }

    @Override
    public CountedBody fetch(long amount) {
        exchange.request().fetch(amount);
        return this;
    }
}
