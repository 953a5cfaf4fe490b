package gatehouse.ws;

import gatehouse.listener.Handover;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One of the two connections of a tunnel. What is read here goes to the other side, and while that has 64 KiB waiting nothing
 * is read. Confined to its event loop.
 */
final class Side extends ChannelInboundHandlerAdapter implements Handover.Heir, Course.Sink {
    private static final WriteBufferWaterMark WAITING = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    /** How long a side that was told to go may take to end its connection. */
    private static final long LINGER_MILLIS = 1_000;

    private final Tunnel tunnel;
    private final boolean client;
    private final Course course;
    private final Stall stall = new Stall();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Side other;
    private long bytes;
    private boolean whole;
    private boolean leaving;
    private boolean gone;

    /**
     * @param client whether this is the client's side
     * @param course follows what is read here
     */
    Side(Tunnel tunnel, boolean client, Course course) {
        this.tunnel = tunnel;
        this.client = client;
        this.course = course;
    }

    void opposite(Side across) {
        other = across;
    }

    Course course() {
        return course;
    }

    boolean isClient() {
        return client;
    }

    /** Bytes that were read here. */
    long bytes() {
        return bytes;
    }

    boolean isGone() {
        return gone;
    }

    /** Whether it was told to go, so that what else comes of it counts no more. */
    boolean isLeaving() {
        return leaving || gone;
    }

    @Override
    public ChannelHandler handler() {
        return this;
    }

    @Override
    public void listenerEnds() {
        tunnel.listenerEnds();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        added.channel().config().setWriteBufferWaterMark(WAITING);
        if (!client) { // one that takes no more may have said why
            added.channel().config().setOption(ChannelOption.AUTO_CLOSE, false);
        }
    }

    /** Begins or ceases to read. */
    void reading(boolean on) {
        var at = context;
        if (at != null && !gone && (!on || at.channel().isActive())) { // one that is gone can't read, and would say so
            at.channel().config().setAutoRead(on);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext at, Object message) {
        if (!(message instanceof ByteBuf read)) {
            ReferenceCountUtil.release(message); // the end of the request
            return;
        }
        if (leaving) {
            read.release();
            return;
        }
        bytes += read.readableBytes();
        tunnel.read(this, read);
    }

    /** What may pass from here goes to the other side. */
    @Override
    public void pass(ByteBuf passing) {
        tunnel.moved();
        if (other == null || !other.take(passing)) {
            reading(false);
        }
    }

    /** Writes; whether there is room for more. */
    boolean take(ByteBuf passing) {
        var at = context;
        if (at == null || isLeaving()) {
            passing.release();
            return true;
        }
        var unused = at.write(passing);
        return at.channel().isWritable();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext at) {
        if (other != null) {
            other.flush();
        }
    }

    void flush() {
        if (context != null && !gone) {
            context.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext at) {
        if (other != null && at.channel().isWritable()) {
            other.reading(true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext at, Object event) {
        if (event instanceof ChannelInputShutdownEvent
                || (event instanceof SslCloseCompletionEvent closed && closed.isSuccess())) {
            inputEnded(at);
        } else {
            at.fireUserEventTriggered(event);
        }
    }

    /** Nothing more comes; over TLS that is said before the connection says it. */
    private void inputEnded(ChannelHandlerContext at) {
        if (whole) {
            return;
        }
        whole = true;
        at.channel().config().setAutoRead(false);
        if (leaving) {
            end();
        } else {
            tunnel.readWhole(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext at) {
        lost();
        at.fireChannelInactive();
    }

    /** The connection is not there any more. */
    void lost() {
        if (!gone) {
            gone = true;
            tunnel.ended(this);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
        end();
    }

    /**
     * Puts a frame behind what has passed.
     *
     * @param fits whether what has passed ends with a whole frame; else it is dropped
     */
    void send(ByteBuf frame, boolean fits) {
        var at = context;
        if (at == null || isLeaving() || !fits) {
            frame.release();
        } else {
            var unused = at.writeAndFlush(frame);
        }
    }

    boolean isWritable() {
        return context != null && context.channel().isWritable();
    }

    ByteBufAllocator alloc() {
        return context == null ? ByteBufAllocator.DEFAULT : context.alloc();
    }

    /**
     * Ends the connection behind what was written. First our direction alone: who closes with something unread resets, and a
     * reset may overtake what was written.
     */
    void leave() {
        var at = context;
        if (at == null || isLeaving()) {
            return;
        }
        leaving = true;
        at.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (gone) {
                return;
            }
            if (at.channel() instanceof DuplexChannel socket && socket.isActive()) {
                if (whole || socket.isInputShutdown()) {
                    end();
                    return;
                }
                shutOutput(at, socket);
                at.channel().config().setAutoRead(true);
                var end = at.executor().schedule(this::end, LINGER_MILLIS, TimeUnit.MILLISECONDS);
                at.channel().closeFuture().addListener(closed -> end.cancel(false));
            } else {
                end();
            }
        });
    }

    /** Sends no more, but goes on reading: the other side has ended its direction only. */
    void endOutput() {
        var at = context;
        if (at != null && !gone && at.channel() instanceof DuplexChannel socket) {
            at.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) written -> {
                if (socket.isActive()) {
                    shutOutput(at, socket);
                }
            });
        }
    }

    /** Says that nothing more comes from us; over TLS by its own word for it, as the end of a connection proves nothing there. */
    static void shutOutput(ChannelHandlerContext at, DuplexChannel socket) {
        var tls = at.pipeline().get(SslHandler.class);
        var unused = tls == null ? socket.shutdownOutput() : tls.closeOutbound();
    }

    /** Ends the connection at once. */
    void end() {
        var at = context;
        leaving = true;
        if (at != null) {
            at.channel().config().setAutoRead(false); // a read that begins now could outlive the close (io_uring)
            var unused = at.close();
        }
    }

    /** For how long nothing of what waits was taken, in nanoseconds. */
    long stalledFor(long now) {
        var at = context;
        return at == null || gone ? 0 : stall.lasts(at.channel(), now);
    }
}
