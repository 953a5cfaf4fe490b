package gatehouse.forward;

import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import org.jspecify.annotations.Nullable;

/**
 * The connection that an answer comes on, for as long as it does: once the answer has come whole, what is still queued of it
 * has no say in when the next one is read. Confined to its event loop.
 */
final class AnswerSource {
    private final HttpClientRequest request;
    private final @Nullable AnswerGuard guard;
    private final int number;

    /**
     * @param answer of which nothing was read but the head
     */
    AnswerSource(HttpClientResponse answer) {
        request = answer.request();
        guard = AnswerGuard.of(request.connection());
        number = guard == null ? 0 : guard.answers();
    }

    /** Reads nothing more of the answer, or again what comes. */
    void reading(boolean on) {
        if (guard != null && guard.answers() != number) {
            return;
        }
        if (on) {
            Reading.resume(request.version(), request.connection());
        } else {
            Reading.stop(request.version(), request.connection());
        }
    }
}
