package gatehouse.forward;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes heads of requests on a connection where one request is under way at a time. Vert.x would copy all fields into a map of
 * Netty first; those that it need not know of are handed over beside it and are written as they are.
 */
final class RequestEncoder extends HttpRequestEncoder {
    private static final AttributeKey<RequestEncoder> KEY = AttributeKey.valueOf(RequestEncoder.class, "of");

    private final StrictResponseDecoder decoder;
    private @Nullable HeadersMultiMap beside;

    RequestEncoder(StrictResponseDecoder decoder) {
        this.decoder = decoder;
    }

    /** Hands over fields of the next request on a connection, besides those of the request itself. */
    static void beside(HttpConnection connection, HeadersMultiMap fields) {
        var encoder = ((ConnectionBase) connection).channel().attr(KEY).get();
        if (encoder == null) {
            throw new IllegalStateException("a connection that was not set up");
        }
        encoder.beside = fields;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.channel().attr(KEY).set(this);
    }

    @Override
    protected void encode(ChannelHandlerContext context, Object message, List<Object> out) throws Exception {
        if (message instanceof HttpRequest request) {
            decoder.expectAnswerTo(request.method());
        }
        super.encode(context, message, out);
    }

    @Override
    protected void encodeHeaders(HttpHeaders headers, ByteBuf head) {
        super.encodeHeaders(headers, head);
        var fields = beside;
        if (fields != null) {
            beside = null;
            fields.encode(head, false);
        }
    }
}
