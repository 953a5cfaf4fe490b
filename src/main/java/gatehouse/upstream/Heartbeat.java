package gatehouse.upstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a connection over HTTP/2 to a target is still there: its host, or what lies between, may be gone without a word,
 * and each further request would be put on it and wait in vain. Where a request ended in vain and nothing at all had come for a while,
 * a PING is sent (RFC 9113 §6.7), and the connection is closed when nothing comes after that either.
 *
 * <p>A target that is only quiet gets none. Servers of gRPC end a connection on which they are pinged again and again without saying
 * anything themselves (gRFC A8), so one that answers nothing but PINGs gets one in five minutes. Confined to its event loop.
 */
final class Heartbeat extends ChannelInboundHandlerAdapter {
    private static final long RARELY_NANOS = Duration.ofMinutes(5).toNanos();
    private static final Buffer PAYLOAD = Buffer.buffer("gateping");

    private final HttpConnection connection;
    private @Nullable ChannelHandlerContext context;
    private long reads;
    private long heardNanos = System.nanoTime();
    private long readsAtAnswer = -1;
    private long askedNanos;
    private boolean asking;

    private Heartbeat(HttpConnection connection) {
        this.connection = connection;
    }

    /** Listens on a new connection. */
    static void on(HttpConnection connection, Channel channel, Http2ConnectionHandler codec) {
        var pipeline = channel.pipeline();
        pipeline.addBefore(pipeline.context(codec).name(), null, new Heartbeat(connection));
    }

    /**
     * A request on the connection ended in vain.
     *
     * @param silence how long nothing may have come before it is asked, and after that; zero for ever
     */
    static void doubt(HttpConnection connection, Duration silence) {
        if (!silence.isZero() && connection instanceof ConnectionBase base) {
            var heartbeat = base.channel().pipeline().get(Heartbeat.class);
            if (heartbeat != null) {
                heartbeat.doubt(silence.toNanos());
            }
        }
    }

    private void doubt(long silence) {
        var now = System.nanoTime();
        var at = context;
        if (at == null
                || asking
                || now - heardNanos < silence
                || !(mayAsk(now) && at.channel().isActive())) {
            return;
        }
        asking = true;
        askedNanos = now;
        var before = reads;
        connection.ping(PAYLOAD).onSuccess(pong -> readsAtAnswer = reads);
        var unused = at.executor().schedule(() -> judge(before), silence, TimeUnit.NANOSECONDS);
    }

    private void judge(long before) {
        asking = false;
        if (reads == before && context != null) {
            var unused = context.close(); // not through the codec, which would wait for its streams
        }
    }

    /** Whether something else than the last answer has come since that, or it is long ago. */
    private boolean mayAsk(long now) {
        return reads != readsAtAnswer || now - askedNanos >= RARELY_NANOS;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext at, Object message) {
        reads++;
        heardNanos = System.nanoTime();
        at.fireChannelRead(message);
    }
}
