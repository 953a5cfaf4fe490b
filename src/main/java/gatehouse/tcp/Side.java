package gatehouse.tcp;

import gatehouse.listener.Resets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.CodecException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a relay. What it reads goes to the other end as it is, no faster than that takes it: there is at most one read
 * under way, and none while the other end has more to write than Netty's mark. The end of one direction is passed on behind
 * its last byte, and a reset as a reset.
 */
final class Side extends ChannelDuplexHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Side.class);

    private final Channel channel;
    private final IntConsumer moved;
    private final Runnable broken;
    private final ArrayDeque<Object> held = new ArrayDeque<>();
    private @Nullable Side other;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean outputShut;
    private boolean readWanted;
    private boolean finished;

    /**
     * @param moved gets the number of bytes of each read
     * @param broken called when the connection ends with an error
     */
    Side(Channel channel, IntConsumer moved, Runnable broken) {
        this.channel = channel;
        this.moved = moved;
        this.broken = broken;
    }

    /**
     * Sets a connection up so that nothing is read before that is asked for, and its directions end one by one: one that takes no
     * more may have answered before it ceased to.
     */
    static void prepare(Channel channel) {
        channel.config().setAutoRead(false);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.config().setOption(ChannelOption.AUTO_CLOSE, false);
    }

    /** Keeps what was read before it stood here. */
    void hold(Object message) {
        held.add(message);
    }

    Channel channel() {
        return channel;
    }

    /** Joins two ends; what was read meanwhile goes on its way. */
    static void join(Side one, Side two) {
        one.other = two;
        two.other = one;
        one.begin(two);
        two.begin(one);
    }

    private void begin(Side to) {
        for (var message = held.poll(); message != null; message = held.poll()) {
            pass(message, to);
        }
        to.channel.flush();
        // what has come to its end before this stood here has told somebody else
        if (inputEnded || Goodbye.isHeard(channel)) {
            inputEnded = true;
            passEnd(to);
        } else if (!channel.isActive()) {
            to.close();
        } else {
            readOn(to);
        }
    }

    private void pass(Object message, Side to) {
        if (message instanceof ByteBuf bytes) {
            moved.accept(bytes.readableBytes());
        } else if (message instanceof ByteBufHolder holder) {
            moved.accept(holder.content().readableBytes());
        }
        var unused = to.channel.write(message);
    }

    private void readOn(Side to) {
        if (inputEnded || !channel.isActive()) {
            return; // asking a connection that is gone to read is an error, and would be taken for a reset
        }
        if (to.channel.isWritable()) {
            readWanted = false;
            channel.read();
        } else {
            readWanted = true;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (other == null) {
            held.add(message);
        } else {
            pass(message, other);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (other != null) {
            other.channel.flush();
            readOn(other);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        var from = other;
        if (from != null && from.readWanted && channel.isWritable()) {
            from.readOn(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (Goodbye.isIn(event)) {
            endInput();
        } else if (event instanceof ChannelOutputShutdownEvent) {
            takesNoMore(); // by us, or as the other end takes no more
        } else {
            ReferenceCountUtil.release(event);
        }
    }

    private void takesNoMore() {
        outputEnded = true;
        outputShut = true;
        closeIfOver();
    }

    /** Looks whether it is gone, which nobody tells where nothing is read or written. */
    void look() {
        var isOver = ((DuplexChannel) channel).isInputShutdown();
        if ((!isOver && !readWanted) || outputShut || !channel.isActive() || !Resets.isReset(channel)) {
            return;
        }
        if (isOver) { // what came before is on its way
            inputEnded = true;
            takesNoMore();
        } else {
            breakOff();
        }
    }

    /** Nothing more comes from here. */
    private void endInput() {
        if (!inputEnded) {
            inputEnded = true;
            if (other != null) {
                passEnd(other);
            }
        }
    }

    private void passEnd(Side to) {
        to.endOutput();
        outputEnded |= Goodbye.isForBoth(channel);
        closeIfOver();
    }

    /** Ends the direction to this end, behind all that was written. */
    private void endOutput() {
        if (outputEnded) {
            return;
        }
        outputEnded = true;
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (inputEnded) {
                close();
            } else if (written.isSuccess()) {
                Goodbye.say(channel);
            }
        });
    }

    private void closeIfOver() {
        if (inputEnded && outputEnded) {
            close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        inputEnded = true;
        if (other != null) {
            other.close();
        }
        drop();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException) && !(cause instanceof CodecException)) { // what a peer can't cause
            LOG.warn("a connection is reset, as passing its bytes on has failed", cause);
        }
        breakOff();
    }

    private void breakOff() {
        broken.run();
        if (other != null) {
            other.reset();
        }
        reset();
    }

    /** Whoever closes from elsewhere waits no longer for what is under way: none of it may look whole. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (finished) {
            var unused = context.close(promise);
            return;
        }
        broken.run();
        cut();
        if (other != null) {
            other.cut();
        }
        channel.closeFuture().addListener(closed -> promise.trySuccess());
    }

    /** Closes when all that was written is with the system. */
    void close() {
        drop();
        if (channel.isActive()) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> finish());
        } else {
            finish();
        }
    }

    private void finish() {
        finished = true;
        var unused = channel.close();
    }

    /** Ends it at once. What the system has is still sent where all of it is there; else the other end sees a reset. */
    void cut() {
        if (channel.isActive() && outputShut) {
            drop();
            finish();
        } else {
            reset();
        }
    }

    /** Closes at once; the other end of the connection sees a reset. */
    void reset() {
        drop();
        finished = true;
        Goodbye.withhold(channel);
    }

    private void drop() {
        for (var message = held.poll(); message != null; message = held.poll()) {
            ReferenceCountUtil.release(message);
        }
    }
}
