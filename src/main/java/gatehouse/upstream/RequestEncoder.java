package gatehouse.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import java.util.List;

/** Writes requests of Vert.x on a connection where one is under way at a time, and tells the decoder what the answer is to. */
final class RequestEncoder extends HttpRequestEncoder {
    private final StrictResponseDecoder decoder;

    RequestEncoder(StrictResponseDecoder decoder) {
        this.decoder = decoder;
    }

    @Override
    protected void encode(ChannelHandlerContext context, Object message, List<Object> out) throws Exception {
        if (message instanceof HttpRequest request) {
            decoder.expectAnswerTo(request.method());
        }
        super.encode(context, message, out);
    }
}
