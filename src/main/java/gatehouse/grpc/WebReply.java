package gatehouse.grpc;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.GrpcCall;
import gatehouse.exchange.GrpcFrames;
import gatehouse.exchange.Reply;
import gatehouse.exchange.Reshaping;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;

/** An answer of gRPC as one of gRPC-Web: the trailers are the last frame of the body. Confined to its event loop. */
final class WebReply {
    /** Flag of the frame with the trailers. */
    private static final int TRAILERS = 0x80;

    /** Fields of an answer that are no metadata. */
    private static final Set<String> OF_HTTP =
            Set.of("date", "server", "via", "vary", "set-cookie", "cache-control", "grpc-encoding");

    private WebReply() {}

    /** The answer to a call. */
    static Reply of(Exchange exchange, GrpcCall call, Reply reply, GrpcFrames frames) {
        var headers = reply.headers();
        headers.set(HttpHeaders.CONTENT_TYPE, contentType(call));
        exchange.keepTrailers();
        call.answeredThrough(frames);
        moveStatus(headers, exchange.trailers());
        return reply.with(new Body(reply.body(), call, frames));
    }

    /** The media type of the answer is that of the question. */
    static String contentType(GrpcCall call) {
        var text = call.kind() == GrpcCall.Kind.WEB_TEXT ? "-web-text" : "-web";
        var subtype = WebRequest.subtype(call.contentType());
        return GrpcCall.MEDIA_TYPE + text + (subtype.isEmpty() ? "+proto" : subtype);
    }

    /**
     * Of an answer without a message all that is said stands in the head, metadata too; clients look for it in the body, and those of
     * another origin find it nowhere else. What HTTP says of the answer stays.
     */
    private static void moveStatus(MultiMap headers, MultiMap trailers) {
        if (!headers.contains(GrpcDialect.STATUS)) {
            return;
        }
        for (var name : headers.names()) {
            if (!isOfHttp(name.toLowerCase(Locale.ROOT))) {
                trailers.add(name, headers.getAll(name));
                headers.remove(name);
            }
        }
    }

    private static boolean isOfHttp(String name) {
        return OF_HTTP.contains(name)
                || name.startsWith("content-")
                || name.startsWith("access-control-")
                || Fields.isHopByHop(name);
    }

    /** What ends a body that the gateway ends itself. */
    static Buffer lastFrame(GrpcCall call, String status, String message) {
        var trailers = HttpHeaders.headers();
        trailers.set(GrpcDialect.STATUS, status);
        trailers.set(GrpcDialect.MESSAGE, message);
        return encoded(call, frame(trailers));
    }

    private static Buffer frame(MultiMap trailers) {
        var text = new StringBuilder();
        trailers.forEach((name, value) -> text.append(name.toLowerCase(Locale.ROOT))
                .append(": ")
                .append(value)
                .append("\r\n"));
        var bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        return Buffer.buffer(bytes.length + 5)
                .appendByte((byte) TRAILERS)
                .appendInt(bytes.length)
                .appendBytes(bytes);
    }

    private static Buffer encoded(GrpcCall call, Buffer bytes) {
        return call.kind() == GrpcCall.Kind.WEB_TEXT && bytes.length() > 0
                ? Buffer.buffer(Base64.getEncoder().encode(bytes.getBytes()))
                : bytes;
    }

    private record Body(Reply.Body source, GrpcCall call, GrpcFrames frames) implements Reply.Body {
        @Override
        public Future<Void> sendTo(Exchange exchange) {
            Reshaping web = (chunk, isLast) -> {
                frames.take(chunk);
                if (!isLast) {
                    return encoded(call, chunk);
                }
                GrpcDialect.sound(exchange.trailers());
                return encoded(call, Buffer.buffer().appendBuffer(chunk).appendBuffer(frame(exchange.trailers())));
            };
            exchange.outflow().through(web);
            var sent = source.sendTo(exchange);
            CallBody.beginSoon(exchange.response());
            return sent;
        }

        @Override
        public void cancel() {
            source.cancel();
        }

        @Override
        public long length() {
            return -1;
        }
    }
}
