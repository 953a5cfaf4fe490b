package gatehouse.ws;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.forward.WebSocketKeys;
import gatehouse.listener.Handover;
import gatehouse.policy.websocket.SocketTerms;
import gatehouse.problem.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client that listens to a topic over a WebSocket: each message is a text frame. What the client says is looked at and dropped.
 * Confined to its event loop.
 */
final class PushSocket extends ChannelInboundHandlerAdapter
        implements Reply.Body, OpenSocket, Handover.Heir, Course.Sink {
    private static final WriteBufferWaterMark WAITING = new WriteBufferWaterMark(32 * 1024, 64 * 1024);
    private static final long LINGER_MILLIS = 1_000;
    private static final byte[] BEAT = {'g', 'w'};

    private final Sockets all;
    private final Topics topics;
    private final Subject subject;
    private final SocketTerms terms;
    private final SocketCount count;
    private final FrameGate gate;
    private final long stalledNanos;
    private final Pulse pulse = new Pulse();
    private final Stall stall = new Stall();
    private final Runnable nudge = this::nudged;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Exchange exchange;
    private long seen;
    private long beatAt = System.nanoTime();
    private long bytesIn;
    private long bytesOut;
    private long messages;
    private int code;
    private boolean leaving;
    private boolean over;

    /**
     * @param stalled how long the client may take nothing of what waits for it
     */
    PushSocket(Sockets all, Topics topics, Subject subject, SocketTerms terms, SocketCount count, Duration stalled) {
        this.all = all;
        this.topics = topics;
        this.subject = subject;
        this.terms = terms;
        this.count = count;
        stalledNanos = stalled.toNanos();
        gate = new FrameGate(terms, true, BEAT, System::nanoTime);
        seen = subject.newest();
    }

    /** The head that switches, and this behind it. */
    Reply reply(String key) {
        var fields = HttpHeaders.headers();
        fields.set("Sec-WebSocket-Accept", WebSocketKeys.answer(key));
        return new Reply(101, null, fields, this);
    }

    @Override
    public Future<Void> sendTo(Exchange begun) {
        var channel = Handover.channelOf(begun.request().connection());
        if (channel == null || !channel.isActive() || begun.clientGone()) {
            cancel();
            return Future.failedFuture(Problem.internal().asFailure());
        }
        exchange = begun;
        var head = SwitchHead.of(channel.alloc(), begun.response().headers());
        begun.upgrade(System.nanoTime());
        // the request may still be being read
        channel.eventLoop().execute(() -> {
            all.add(this);
            Handover.to(channel, this);
            channel.config().setWriteBufferWaterMark(WAITING);
            write(head);
            if (!channel.isActive()) {
                ended();
                return;
            }
            channel.config().setAutoRead(true);
            subject.listen(nudge);
            push();
        });
        return Future.succeededFuture();
    }

    @Override
    public ChannelHandler handler() {
        return this;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    private void nudged() {
        Objects.requireNonNull(context).executor().execute(this::push);
    }

    private void push() {
        var at = context;
        if (at == null || leaving || over) {
            return;
        }
        while (at.channel().isWritable()) {
            var event = subject.after(seen);
            if (event == null) {
                break;
            }
            seen = event.number();
            messages++;
            write(Frames.frame(at.alloc(), Frames.TEXT, event.text(), false));
        }
        at.flush();
    }

    private void write(ByteBuf bytes) {
        bytesOut += bytes.readableBytes();
        var unused = Objects.requireNonNull(context).writeAndFlush(bytes);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext at) {
        if (at.channel().isWritable()) {
            push();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext at, Object message) {
        if (!(message instanceof ByteBuf bytes) || leaving) {
            ReferenceCountUtil.release(message);
            return;
        }
        bytesIn += bytes.readableBytes();
        var wrong = gate.read(bytes, this, false);
        if (wrong != 0) {
            leave(wrong);
        } else if (gate.closeCode() != 0) {
            leave(gate.closeCode());
        }
    }

    @Override
    public void pass(ByteBuf bytes) {
        bytes.release();
    }

    @Override
    public void pinged(byte[] payload) {
        var at = context;
        if (at != null && at.channel().isWritable()) {
            write(Frames.frame(at.alloc(), Frames.PONG, payload, false));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext at, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            cut();
        } else {
            at.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
        cut();
    }

    @Override
    public void channelInactive(ChannelHandlerContext at) {
        ended();
        at.fireChannelInactive();
    }

    private void leave(int why) {
        var at = context;
        if (at == null || leaving) {
            return;
        }
        leaving = true;
        code = why;
        var frame = why == FrameTrack.NO_CODE
                ? Frames.frame(at.alloc(), Frames.CLOSE, new byte[0], false)
                : Frames.close(at.alloc(), why, "", false);
        var unused = at.writeAndFlush(frame);
        at.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) written -> {
            var end = at.executor().schedule(this::cut, LINGER_MILLIS, TimeUnit.MILLISECONDS);
            at.channel().closeFuture().addListener(closed -> end.cancel(false));
            if (at.channel() instanceof io.netty.channel.socket.DuplexChannel socket && socket.isActive()) {
                Side.shutOutput(at, socket);
            }
        });
    }

    private void ended() {
        if (over) {
            return;
        }
        over = true;
        subject.leave(nudge);
        topics.left(subject);
        var why = code == 0 ? Tunnel.ABNORMAL : code;
        count.received(gate.messages(), bytesIn);
        count.sent(messages, bytesOut);
        count.closed(why);
        var ended = exchange;
        if (ended != null) {
            ended.closedWith(why);
            ended.ended(System.nanoTime(), bytesIn, bytesOut);
            all.ended(this, ended);
        }
    }

    /** Who has not answered two pings is given up, and so is who takes nothing. */
    @Override
    public void sweep(long now) {
        var at = context;
        if (at == null) {
            return;
        }
        if (stall.lasts(at.channel(), now) >= stalledNanos) {
            cut();
        } else if (!leaving && now - beatAt >= terms.pingEvery().toNanos()) {
            beat(at, now);
        }
    }

    private void beat(ChannelHandlerContext at, long now) {
        beatAt = now;
        if (pulse.isGone(bytesIn)) {
            cut();
        } else if (at.channel().isWritable()) {
            write(Frames.frame(at.alloc(), Frames.PING, BEAT, false));
            pulse.asked();
        }
    }

    @Override
    public void close(int why) {
        leave(why);
    }

    @Override
    public void listenerEnds() {
        all.listenerEnds(this);
    }

    @Override
    public void cut() {
        leaving = true;
        if (context != null) {
            context.channel().config().setAutoRead(false);
            var unused = context.close();
        }
    }

    @Override
    public void cancel() {
        if (!over) {
            over = true;
            topics.left(subject);
            count.leave();
        }
    }

    @Override
    public long length() {
        return -1;
    }
}
