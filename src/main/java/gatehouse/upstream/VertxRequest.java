package gatehouse.upstream;

import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request that a client of Vert.x sends: as a stream of HTTP/2, or for a proxy of Vert.x. Confined to its event loop. */
public final class VertxRequest implements TargetRequest {
    /** RFC 9113 §7: the stream is not needed any more. */
    private static final long CANCEL = 8;

    private final HttpClientRequest request;
    private @Nullable Listener listener;

    /**
     * @param request that has a connection, and of which nothing was sent
     */
    public VertxRequest(HttpClientRequest request) {
        this.request = request;
    }

    /** An answer of which nothing was read but the head. */
    public static TargetAnswer answer(HttpClientResponse response) {
        return new VertxAnswer(response);
    }

    @Override
    public void head(HttpMethod method, String target, String authority, Consumer<Sink> fields, Listener whose) {
        listener = whose;
        request.setMethod(method).setURI(target);
        request.exceptionHandler(cause -> {}); // the response's future tells it
        request.response().onComplete(this::responded);
        request.earlyHintsHandler(whose::hinted);
        authority(authority);
        fields.accept(request.headers()::add);
    }

    /** Puts host and port where the protocol wants them. */
    public void authority(String authority) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.authority(HostAndPort.parseAuthority(authority, -1)); // becomes :authority (RFC 9113 §8.3.1)
        } else {
            request.headers().add(HttpHeaders.HOST, authority);
        }
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
        if (request.version() == HttpVersion.HTTP_2) {
            request.reset(CANCEL);
            return;
        }
        var connection = request.connection();
        if (connection instanceof ConnectionBase base) {
            // a read that begins while the close waits for a write would keep the socket open (io_uring)
            base.channel().config().setAutoRead(false);
        }
        // first out of the pool: a reset alone gives the connection back when an answer overtook the request
        connection.close();
        request.reset(CANCEL);
        if (connection instanceof ConnectionBase base) {
            // the close before waits until the target has read all
            var unused = base.channelHandlerContext().close();
        }
    }

    /** Gives it up before anything of it was sent; its connection serves others. */
    public void giveBack() {
        request.exceptionHandler(cause -> {}).reset(CANCEL);
    }

    /** Whether its connection takes more of it now; over HTTP/2 the stream itself says so. */
    public boolean isWritable() {
        var guard = AnswerGuard.of(request.connection());
        return guard == null || guard.isWritable();
    }

    /** Who is told, once, when its connection takes more of it; null for nobody. */
    public void whenWritable(@Nullable Runnable told) {
        var guard = AnswerGuard.of(request.connection());
        if (guard != null) {
            guard.whenWritable(told);
        }
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
