package gatehouse.listener;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.vertx.core.http.impl.headers.HeadersMultiMap;

/**
 * Writes answers of HTTP/1.x. A short body that is known whole goes into the buffer of its head, so that both are one write of one
 * buffer; Netty by itself does so up to 128 bytes.
 */
final class ResponseEncoder extends HttpResponseEncoder {
    /** Copying more costs more than a gathering write. */
    private static final int MOST_COPIED = 2048;

    private static final int FIRST_GUESS = 512;
    private static final int LINE_END = 2;

    private final RequestDecoder decoder;
    private int headBytes = FIRST_GUESS;
    private int bodyBytes;

    ResponseEncoder(RequestDecoder decoder) {
        this.decoder = decoder;
    }

    /** The answer to a HEAD has the fields of a body, and none. Requests are answered one at a time. */
    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse answer) {
        return decoder.answersHead() || super.isContentAlwaysEmpty(answer);
    }

    @Override
    protected void sanitizeHeadersBeforeEncode(HttpResponse answer, boolean isAlwaysEmpty) {
        super.sanitizeHeadersBeforeEncode(answer, isAlwaysEmpty);
        var body = answer instanceof FullHttpResponse whole && !isAlwaysEmpty
                ? whole.content().readableBytes()
                : 0;
        bodyBytes = body <= MOST_COPIED ? body : 0;
    }

    @Override
    protected void encodeHeaders(HttpHeaders headers, ByteBuf head) {
        if (bodyBytes > 0) {
            head.ensureWritable(headBytes + bodyBytes);
        }
        var start = head.writerIndex();
        if (headers instanceof HeadersMultiMap fields) {
            fields.encode(head, false);
        } else {
            super.encodeHeaders(headers, head);
        }
        headBytes = head.writerIndex() - start + LINE_END;
        if (bodyBytes > 0) {
            head.ensureWritable(LINE_END + bodyBytes);
        }
    }
}
