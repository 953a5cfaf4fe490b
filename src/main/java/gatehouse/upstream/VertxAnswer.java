package gatehouse.upstream;

import gatehouse.exchange.Fields;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import org.jspecify.annotations.Nullable;

/** An answer that a client of Vert.x has got. Confined to its event loop. */
final class VertxAnswer implements TargetAnswer {
    private final HttpClientResponse response;
    private final @Nullable AnswerGuard guard;
    private final int number;

    /**
     * @param response of which nothing was read but the head
     */
    VertxAnswer(HttpClientResponse response) {
        this.response = response;
        this.guard = AnswerGuard.of(response.request().connection());
        this.number = guard == null ? 0 : guard.answers();
    }

    @Override
    public int status() {
        return response.statusCode();
    }

    @Override
    public @Nullable String reason() {
        return response.statusMessage();
    }

    @Override
    public MultiMap headers() {
        return response.headers();
    }

    @Override
    public MultiMap trailers() {
        return response.trailers();
    }

    @Override
    public boolean isSound() {
        return AnswerRules.isSound(response.statusCode(), response.headers())
                && (guard != null // which has counted
                        || !Fields.areMoreThan(AnswerRules.MAX_FIELDS, response.headers()));
    }

    @Override
    public void reading(boolean on) {
        // once it has come whole, what is still queued of it has no say in when the next one is read
        if (guard != null && guard.answers() == number) {
            guard.reading(on);
        }
    }

    @Override
    public TargetAnswer exceptionHandler(@Nullable Handler<Throwable> handler) {
        response.exceptionHandler(handler);
        return this;
    }

    @Override
    public TargetAnswer handler(@Nullable Handler<Buffer> handler) {
        response.handler(handler);
        return this;
    }

    @Override
    public TargetAnswer endHandler(@Nullable Handler<Void> handler) {
        response.endHandler(handler);
        return this;
    }

    @Override
    public TargetAnswer pause() {
        response.pause();
        return this;
    }

    @Override
    public TargetAnswer resume() {
        response.resume();
        return this;
    }

    @Override
    public TargetAnswer fetch(long amount) {
        response.fetch(amount);
        return this;
    }
}
