package gatehouse.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;

/** Looks at the heads and trailers of an HTTP/2 connection before anybody behind it does. Confined to its event loop. */
public abstract class HeadListener extends Http2FrameListenerDecorator {
    /**
     * Stands before another listener.
     *
     * @param behind who hears of what is passed on
     */
    protected HeadListener(Http2FrameListener behind) {
        super(behind);
    }

    /**
     * Whether a head or trailers are passed on; else nobody hears of them.
     *
     * @param ends whether nothing follows on the stream
     * @throws Http2Exception for those that end their stream
     */
    protected abstract boolean passes(int stream, Http2Headers headers, boolean ends) throws Http2Exception;

    @Override
    public final void onHeadersRead(
            ChannelHandlerContext context, int stream, Http2Headers headers, int padding, boolean ends)
            throws Http2Exception {
        if (passes(stream, headers, ends)) {
            super.onHeadersRead(context, stream, headers, padding, ends);
        }
    }

    @Override
    public final void onHeadersRead(
            ChannelHandlerContext context,
            int stream,
            Http2Headers headers,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean ends)
            throws Http2Exception {
        if (passes(stream, headers, ends)) {
            super.onHeadersRead(context, stream, headers, dependency, weight, exclusive, padding, ends);
        }
    }
}
