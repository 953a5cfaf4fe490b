package gatehouse.http;

import gatehouse.exchange.Exchange;
import gatehouse.listener.FrameGuard;
import java.util.ArrayList;

/**
 * The streams of a connection of HTTP/2 whose answers were handed over and wait for their clients. One that takes nothing
 * for too long is reset alone, as others of its connection may well get on. Confined to its event loop.
 */
final class StreamWatch {
    /** RFC 9113 §7. */
    private static final long CANCEL = 8;

    private final FrameGuard frames;
    private final ArrayList<Waiting> waiting = new ArrayList<>(0);

    StreamWatch(FrameGuard frames) {
        this.frames = frames;
    }

    private static final class Waiting {
        private final Exchange exchange;
        private long sent = -1;
        private long since;

        private Waiting(Exchange exchange) {
            this.exchange = exchange;
        }

        private int stream() {
            return exchange.response().streamId();
        }
    }

    /** From here on only the client can hold it up. */
    void handedOver(Exchange exchange) {
        waiting.add(new Waiting(exchange));
    }

    /** It was taken, or nobody takes it any more. */
    void ended(Exchange exchange) {
        for (var i = waiting.size() - 1; i >= 0; i--) {
            if (waiting.get(i).exchange == exchange) {
                frames.forget(waiting.remove(i).stream());
                return;
            }
        }
    }

    /** Resets the streams of which nothing went out for so long. */
    void sweep(long now, long stalledNanos) {
        for (var i = waiting.size() - 1; i >= 0; i--) {
            var one = waiting.get(i);
            var sent = frames.sent(one.stream());
            if (sent != one.sent) {
                one.sent = sent;
                one.since = now;
            } else if (now - one.since >= stalledNanos) {
                waiting.remove(i);
                frames.forget(one.stream());
                var unused = one.exchange.response().reset(CANCEL);
            }
        }
    }
}
