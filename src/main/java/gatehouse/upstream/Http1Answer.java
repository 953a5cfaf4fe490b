package gatehouse.upstream;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.impl.HttpUtils;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.net.impl.VertxHandler;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An answer on a connection of HTTP/1.1. Confined to its event loop. */
final class Http1Answer implements TargetAnswer {
    /** Stands in the queue behind all pieces. */
    private static final Object END = new Object();

    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final MultiMap NO_TRAILERS = HttpHeaders.headers();

    private final Http1Request request;
    private final HttpResponse head;
    private final MultiMap headers;
    private final long keepNanos;
    private @Nullable LastHttpContent last;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private @Nullable ArrayDeque<Object> queue;
    private long demand;
    private boolean over;

    Http1Answer(Http1Request request, HttpResponse head) {
        this.request = request;
        this.head = head;
        this.headers = (MultiMap) head.headers();
        this.keepNanos = isKept(head) ? announced(head.headers().get(KEEP_ALIVE)) : 0;
    }

    /** RFC 9112 §9.3; mostly nothing is said. */
    private static boolean isKept(HttpResponse head) {
        return head.headers().contains(HttpHeaderNames.CONNECTION)
                ? HttpUtil.isKeepAlive(head)
                : head.protocolVersion().isKeepAliveDefault();
    }

    /** How long a server says it keeps an idle connection; less than 0 where it does not say. */
    private static long announced(@Nullable String field) {
        var seconds = field == null ? -1 : HttpUtils.parseKeepAliveHeaderTimeout(field);
        return seconds < 0 ? -1 : TimeUnit.SECONDS.toNanos(seconds);
    }

    /** How long the connection is kept after it: 0 for no longer, less for as long as we like. */
    long keepNanos() {
        return keepNanos;
    }

    /** Whether it has come to its end, though maybe nobody took it yet. */
    boolean isWhole() {
        return last != null;
    }

    /** A piece has come. */
    void take(HttpContent content) {
        if (content instanceof LastHttpContent end) {
            last = end;
        }
        var octets = content.content();
        if (octets.isReadable()) {
            deliver(BufferInternal.buffer(VertxHandler.safeBuffer(octets)));
        } else {
            content.release();
        }
        if (last != null) {
            deliver(END);
        }
    }

    /** The connection broke off, which is nothing to an answer that is whole. */
    void broken(Throwable cause) {
        if (last == null) {
            deliver(cause);
        }
    }

    /** Nobody wants it any more. */
    void forget() {
        over = true;
        queue = null;
    }

    private void deliver(Object item) {
        if (over) {
            return;
        }
        if (demand > 0 && queue == null) {
            hand(item);
            return;
        }
        if (queue == null) {
            queue = new ArrayDeque<>();
        }
        queue.add(item);
        if (last == null) {
            request.reading(false);
        }
    }

    private void hand(Object item) {
        if (item instanceof Buffer piece) {
            if (demand != Long.MAX_VALUE) {
                demand--;
            }
            if (handler != null) {
                handler.handle(piece);
            }
            return;
        }
        over = true;
        if (item instanceof Throwable cause) {
            if (exceptionHandler != null) {
                exceptionHandler.handle(cause);
            }
        } else if (endHandler != null) {
            endHandler.handle(null);
        }
    }

    @Override
    public TargetAnswer pause() {
        demand = 0;
        return this;
    }

    @Override
    public TargetAnswer resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public TargetAnswer fetch(long amount) {
        demand = Long.MAX_VALUE - demand < amount ? Long.MAX_VALUE : demand + amount;
        while (demand > 0 && queue != null) {
            var item = queue.poll();
            if (queue.isEmpty()) {
                queue = null;
            }
            hand(item);
        }
        if (demand > 0 && last == null) {
            request.reading(true);
        }
        return this;
    }

    @Override
    public void reading(boolean on) {
        if (last == null && (!on || demand > 0)) {
            request.reading(on);
        }
    }

    @Override
    public TargetAnswer handler(@Nullable Handler<Buffer> next) {
        handler = next;
        return this;
    }

    @Override
    public TargetAnswer endHandler(@Nullable Handler<Void> next) {
        endHandler = next;
        return this;
    }

    @Override
    public TargetAnswer exceptionHandler(@Nullable Handler<Throwable> next) {
        exceptionHandler = next;
        return this;
    }

    @Override
    public int status() {
        return head.status().code();
    }

    @Override
    public @Nullable String reason() {
        return head.status().reasonPhrase();
    }

    @Override
    public MultiMap headers() {
        return headers;
    }

    @Override
    public MultiMap trailers() {
        if (last == null || last.trailingHeaders().isEmpty()) {
            return NO_TRAILERS;
        }
        var trailers = HttpHeaders.headers();
        last.trailingHeaders().forEach(field -> trailers.add(field.getKey(), field.getValue()));
        return trailers;
    }

    @Override
    public boolean isSound() {
        return AnswerRules.isSound(status(), headers); // they were counted when they were read
    }
}
