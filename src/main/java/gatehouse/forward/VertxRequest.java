package gatehouse.forward;

import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request that a client of Vert.x sends: as a stream of HTTP/2, or for a proxy of Vert.x. Confined to its event loop. */
final class VertxRequest implements TargetRequest {
    private final HttpClientRequest request;
    private @Nullable Listener listener;

    VertxRequest(HttpClientRequest request) {
        this.request = request;
    }

    @Override
    public void head(
            HttpMethod method, String target, String authority, Consumer<UpstreamHead.Sink> fields, Listener whose) {
        listener = whose;
        request.setMethod(method).setURI(target);
        request.exceptionHandler(cause -> {}); // the response's future tells it
        request.response().onComplete(this::responded);
        request.earlyHintsHandler(whose::hinted);
        UpstreamHead.writeAuthority(authority, request);
        fields.accept(request.headers()::add);
    }

    private void responded(AsyncResult<HttpClientResponse> result) {
        var who = listener;
        if (who == null) {
            return;
        }
        if (result.failed()) {
            who.failed(result.cause());
            return;
        }
        var response = result.result();
        response.exceptionHandler(cause -> {});
        response.pause();
        who.responded(new VertxAnswer(response));
    }

    @Override
    public void length(long bytes) {
        request.headers().set(HttpHeaders.CONTENT_LENGTH, Long.toString(bytes));
    }

    @Override
    public void chunked() {
        request.setChunked(true);
    }

    @Override
    public void expectContinue() {
        request.headers().set(HttpHeaders.EXPECT, HttpHeaders.CONTINUE);
        request.continueHandler(go -> {
            if (listener != null) {
                listener.proceed();
            }
        });
    }

    @Override
    public void sendHead() {
        var unused = request.sendHead();
    }

    @Override
    public void write(Buffer piece, Runnable taken) {
        request.write(piece).onComplete(written -> taken.run());
    }

    @Override
    public void end(@Nullable Buffer last) {
        var unused = last == null ? request.end() : request.end(last);
    }

    @Override
    public void abandon() {
        UpstreamClients.abandon(request);
    }

    @Override
    public boolean isOnKept() {
        return AnswerGuard.wasKept(request.connection());
    }

    @Override
    public boolean isUnprocessed(Throwable cause) {
        return Unprocessed.is(request, cause);
    }

    @Override
    public void doubt(Duration silence) {
        if (request.version() == HttpVersion.HTTP_2) {
            Heartbeat.doubt(request.connection(), silence);
        }
    }
}
