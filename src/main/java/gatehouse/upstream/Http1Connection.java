package gatehouse.upstream;

import gatehouse.exchange.HeapContent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.impl.HttpClientConnectionInternal;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.impl.ShutdownEvent;
import org.jspecify.annotations.Nullable;

/**
 * A connection of HTTP/1.1 to a target, for one request at a time. Vert.x opens it, and closes it when its client ends; what happens on
 * it goes from the codec to the request and back without the objects that Vert.x makes of each. Confined to its event loop.
 */
final class Http1Connection extends ChannelInboundHandlerAdapter {
    private final Channel channel;
    private final AnswerGuard guard;
    private final ChannelHandlerContext codec;
    private final StrictResponseDecoder decoder;
    private final TargetPool pool;
    private @Nullable Http1Request current;
    private long idleSince = System.nanoTime();
    private long idleNanos;
    private boolean reading;
    private boolean unflushed;
    private boolean gone;
    private boolean ending;

    private Http1Connection(Channel channel, AnswerGuard guard, TargetPool pool) {
        this.channel = channel;
        this.guard = guard;
        this.pool = pool;
        this.idleNanos = pool.idleNanos();
        this.codec = channel.pipeline().context("codec");
        this.decoder = StrictResponseDecoder.of(codec.handler());
    }

    /** Takes over a connection that Vert.x has just opened. */
    static Http1Connection on(HttpClientConnectionInternal opened, TargetPool pool) {
        TargetConnections.opened(opened);
        var channel = opened.channelHandlerContext().channel();
        var guard = channel.pipeline().get(AnswerGuard.class);
        var connection = new Http1Connection(channel, guard, pool);
        channel.pipeline().remove(HeapContent.class); // this copies them itself
        channel.pipeline().addAfter(channel.pipeline().context(guard).name(), null, connection);
        return connection;
    }

    /** Whether it can take a request. */
    boolean isOpen() {
        return !gone && channel.isActive();
    }

    /** Whether it can take one after what may have been a rest. */
    boolean isUsable(long now) {
        return isOpen() && now - idleSince < idleNanos;
    }

    /** Whether it has served before. */
    boolean isKept() {
        return guard.answers() > 0;
    }

    /** A request that has it from now on until both it and its answer are whole. */
    Http1Request begin(ContextInternal context, HeadBytes scratch) {
        if (current != null) {
            throw new IllegalStateException("a connection in use");
        }
        var request = new Http1Request(this, context, scratch);
        current = request;
        return request;
    }

    /** A request begins to be sent. */
    void asked() {
        guard.asked();
    }

    /** Tells what the next answer is to. */
    void expectAnswerTo(HttpMethod method) {
        decoder.expectAnswerTo(method);
    }

    /** Room for octets to write. */
    ByteBuf room(int octets) {
        return channel.alloc().directBuffer(octets);
    }

    /** Writes octets, which leave with the next flush. */
    void write(ByteBuf octets) {
        var unused = codec.write(octets);
    }

    /** Writes octets and tells when they have been taken, or never will be. */
    void write(ByteBuf octets, Runnable taken) {
        codec.write(octets).addListener((ChannelFutureListener) written -> taken.run());
    }

    /** Lets go what was written: behind what is being read, as the answer to it must not be taken for a part of that. */
    void flush() {
        if (reading) {
            unflushed = true;
        } else {
            codec.flush();
        }
    }

    /** Reads nothing more for this request, or again what comes. */
    void reading(Http1Request request, boolean on) {
        if (current == request) {
            guard.reading(on);
        }
    }

    /**
     * Request and answer are whole.
     *
     * @param keepNanos how long the target says it keeps the connection; 0 for no longer, less for nothing said
     */
    void over(Http1Request request, long keepNanos) {
        if (current != request) {
            return;
        }
        current = null;
        idleSince = System.nanoTime();
        idleNanos = keepNanos < 0 ? pool.idleNanos() : Math.min(pool.idleNanos(), keepNanos);
        if (ending || keepNanos == 0) {
            close();
        } else {
            pool.released(this);
        }
    }

    /** A request is given up, which costs the connection (RFC 9112 §9.6). */
    void abandon(Http1Request request) {
        if (current == request) {
            current = null;
            // a read that begins while the close waits would keep the socket open (io_uring)
            channel.config().setAutoRead(false);
            close();
        }
    }

    /** Closes it from here: what Vert.x has behind this would wait until the target has read all that was written. */
    void close() {
        leave();
        var here = channel.pipeline().context(this);
        if (here != null) {
            var unused = here.close();
        }
    }

    private void leave() {
        if (!gone) {
            gone = true;
            pool.gone(this);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        reading = true;
        var request = current;
        if (request == null || !request.isAnswerDue() || !(message instanceof HttpObject part)) {
            ReferenceCountUtil.release(message);
            close(); // nobody asked for that
            return;
        }
        if (part.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            current = null;
            close();
            request.broken(part.decoderResult().cause());
            return;
        }
        request.came(part);
        if (part instanceof LastHttpContent) {
            request.checkOver();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        reading = false;
        if (unflushed) {
            unflushed = false;
            codec.flush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        leave();
        broken(new HttpClosedException("Connection was closed"));
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        leave();
        broken(cause);
        context.fireExceptionCaught(cause);
    }

    private void broken(Throwable cause) {
        var request = current;
        current = null;
        if (request != null) {
            request.broken(cause);
        }
    }

    /** The client that opened it ends: not before the request that is under way. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ShutdownEvent && current != null) {
            ending = true;
        } else {
            context.fireUserEventTriggered(event);
        }
    }
}
