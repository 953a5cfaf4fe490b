package gatehouse.tcp;

import gatehouse.problem.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * The last answer on a connection to the forward proxy. Who closes with something unread resets, and a reset may overtake the answer:
 * so only our direction is closed behind it, and what the client still sends is read and dropped, so much and for so long
 * (RFC 9112 §9.6).
 */
final class Refusal extends ChannelInboundHandlerAdapter {
    private static final long MOST_BYTES = 256 * 1024;
    private static final long MOST_MILLIS = 1_000;

    private long left = MOST_BYTES;

    private Refusal() {}

    /**
     * Answers a problem in place of whoever handles the connection, and ends it.
     *
     * @param head whether only the head of the answer is wanted
     */
    static void send(Channel connection, Problem problem, String requestId, boolean head) {
        var pipeline = connection.pipeline();
        if (!connection.isActive() || pipeline.get("handler") == null) {
            return; // nobody hears it
        }
        pipeline.replace("handler", "handler", new Refusal());
        if (pipeline.get(ForwardHead.DECODER) != null) {
            pipeline.remove(ForwardHead.DECODER);
        }
        var end = connection
                .eventLoop()
                .schedule(
                        () -> {
                            var unused = connection.close();
                        },
                        MOST_MILLIS,
                        TimeUnit.MILLISECONDS);
        connection.closeFuture().addListener(closed -> end.cancel(false));
        connection.writeAndFlush(bytes(problem, requestId, head)).addListener(written -> {
            if (written.isSuccess()) {
                shutOutput(connection);
            } else {
                var unused = connection.close();
            }
        });
        connection.read();
    }

    private static void shutOutput(Channel connection) {
        var tls = connection.pipeline().get(SslHandler.class);
        var unused = tls == null ? ((DuplexChannel) connection).shutdownOutput() : tls.closeOutbound();
    }

    private static ByteBuf bytes(Problem problem, String requestId, boolean headAlone) {
        var body = problem.toJson(requestId).getBytes(StandardCharsets.UTF_8);
        var head = new StringBuilder("HTTP/1.1 ")
                .append(HttpResponseStatus.valueOf(problem.status()))
                .append("\r\nContent-Type: " + Problem.MEDIA_TYPE + "\r\nConnection: close\r\nX-Request-Id: ")
                .append(requestId)
                .append("\r\n");
        problem.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        var bytes = head.toString().getBytes(StandardCharsets.ISO_8859_1);
        return headAlone ? Unpooled.wrappedBuffer(bytes) : Unpooled.wrappedBuffer(bytes, body);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            left -= bytes.readableBytes();
        } else if (message instanceof ByteBufHolder holder) {
            left -= holder.content().readableBytes();
        }
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (left < 0) {
            var unused = context.close();
        } else if (context.channel().isActive()) {
            context.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent
                || (event instanceof SslCloseCompletionEvent closed && closed.isSuccess())) {
            var unused = context.close();
        } else {
            ReferenceCountUtil.release(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var unused = context.close();
    }
}
