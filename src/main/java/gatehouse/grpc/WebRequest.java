package gatehouse.grpc;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.GrpcCall;
import gatehouse.exchange.GrpcFrames;
import gatehouse.exchange.GrpcStatus;
import gatehouse.exchange.Reshaping;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import io.netty.channel.ChannelOption;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** A request of gRPC-Web on its way to become one of gRPC. Confined to its event loop. */
final class WebRequest {
    private WebRequest() {}

    /**
     * A page that gives up a call closes its connection. Of other clients of HTTP/1.1 the end of what they send says less: they may wait
     * for the answer.
     */
    static void leavesByClosing(Exchange exchange) {
        if (exchange.version() != HttpVersion.HTTP_2
                && exchange.request().connection() instanceof ConnectionBase connection) {
            connection.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        }
    }

    /** Makes the head and the body of a request what the service wants. */
    static void become(Exchange exchange, GrpcCall call, GrpcFrames frames) {
        var headers = exchange.headers();
        headers.set(HttpHeaders.CONTENT_TYPE, GrpcCall.MEDIA_TYPE + subtype(call.contentType()));
        headers.remove(HttpHeaders.CONTENT_LENGTH);
        headers.remove("x-grpc-web");
        headers.remove(HttpHeaders.ACCEPT_ENCODING); // frames are looked into
        Reshaping bytes = call.kind() == GrpcCall.Kind.WEB_TEXT ? new Decoded() : (chunk, isLast) -> chunk;
        exchange.bodyThrough((chunk, isLast) -> {
            var fit = bytes.reshape(chunk, isLast);
            frames.take(fit);
            return fit;
        });
    }

    /** {@code +proto} and the like, without parameters; empty for none. */
    static String subtype(String type) {
        var plus = type.indexOf('+');
        if (plus < 0) {
            return "";
        }
        var end = type.indexOf(';', plus);
        return (end < 0 ? type.substring(plus) : type.substring(plus, end)).trim();
    }

    /** Bytes of base64, four characters at a time; there may be padding in the middle. */
    private static final class Decoded implements Reshaping {
        private final StringBuilder rest = new StringBuilder();

        @Override
        public Buffer reshape(Buffer chunk, boolean isLast) {
            rest.append(chunk.toString(StandardCharsets.ISO_8859_1));
            var whole = rest.length() & ~3;
            var bytes = Buffer.buffer(whole / 4 * 3);
            try {
                for (var at = 0; at < whole; ) {
                    var padding = rest.indexOf("=", at);
                    var end = padding < 0 || padding >= whole ? whole : (padding | 3) + 1;
                    bytes.appendBytes(Base64.getDecoder().decode(rest.substring(at, end)));
                    at = end;
                }
            } catch (IllegalArgumentException e) {
                throw malformed();
            }
            rest.delete(0, whole);
            if (isLast && rest.length() > 0) {
                throw malformed();
            }
            return bytes;
        }

        private static RuntimeException malformed() {
            return new Problem(
                            GrpcStatus.MALFORMED,
                            400,
                            "A message of the call can't be passed on",
                            "The body is not base64.",
                            Origin.CLIENT,
                            Map.of(),
                            false)
                    .asFailure();
        }
    }
}
