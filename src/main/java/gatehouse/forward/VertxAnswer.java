package gatehouse.forward;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** An answer that a client of Vert.x has got. Confined to its event loop. */
final class VertxAnswer implements TargetAnswer {
    private final HttpClientResponse response;
    private final AnswerSource connection;

    VertxAnswer(HttpClientResponse response) {
        this.response = response;
        this.connection = new AnswerSource(response);
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
    public boolean isCounted() {
        return response.version() != HttpVersion.HTTP_2; // AnswerGuard has counted
    }

    @Override
    public void reading(boolean on) {
        connection.reading(on);
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
