package gatehouse.exchange;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Where the parts of an answer go that don't go to the client of their exchange: because it has none, or because something else is
 * made of them first. Made only for such.
 */
final class Detour {
    private @Nullable SentBack asker;
    private @Nullable SentBack receiver;
    private @Nullable MultiMap trailers;

    /** Names the exchange whose client hears of it while there is no answer. */
    void askedBy(SentBack exchange) {
        asker = exchange;
    }

    /** Names the exchange whose client gets the answer. */
    void answersTo(SentBack exchange) {
        receiver = exchange;
    }

    /** From now on trailers are kept here. */
    void keepTrailers() {
        trailers = HttpHeaders.headers();
    }

    MultiMap trailers() {
        if (receiver != null) {
            return receiver.trailers();
        }
        if (trailers == null) {
            trailers = HttpHeaders.headers();
        }
        return trailers;
    }

    void writeEarlyHints(MultiMap hints) {
        if (asker != null && asker.isWaiting()) {
            asker.writeEarlyHints(hints);
        }
    }
}
