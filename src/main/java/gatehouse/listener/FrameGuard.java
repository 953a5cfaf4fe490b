package gatehouse.listener;

import gatehouse.config.ListenerLimits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.collection.IntObjectHashMap;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Watches the frames of an HTTP/2 connection pass, and ends it with {@code ENHANCE_YOUR_CALM} when they are not about
 * requests (RFC 9113 §10.5). It reads nine bytes of each frame and keeps a few numbers. What carries a request or its answer
 * on pays for frames that don't, as each part of a download is followed by updates of its windows. A connection that turns
 * out to speak HTTP/1 is left alone.
 *
 * <p>A client that offers a table for compressed headers (RFC 7541 §4.2) is taken not to: what is new with each answer, its
 * date and id, would push the rest out of it, and the copy here would nearly double what an idle connection costs.
 */
public final class FrameGuard extends ChannelDuplexHandler {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int HEAD = 9;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int CONTINUATION = 9;
    private static final int SETTING = 6;

    /** Of a GOAWAY that says no more than its last stream and its code (RFC 9113 §6.8). */
    private static final int GOAWAY_PAYLOAD = 8;

    private static final int HEADER_TABLE_SIZE = 1;

    /** Frames that a part of an answer pays for: a client may take 16 KiB in steps of 512 bytes and say so twice each. */
    private static final int PAID_BY_ANSWER = 64;

    private static final long FRAMES_NANOS = 10_000_000_000L;
    private static final long RESETS_NANOS = 30_000_000_000L;

    private final Rate frames;
    private final Rate resets;
    private final ResetStreams reset;
    private int preface;
    private int headRead;
    private int length;
    private int type;
    private int setting;
    private int payloadIn;
    private int payloadOut;
    private long answered;
    private @Nullable IntObjectHashMap<long[]> watched; // most connections never need it
    private boolean hides;
    private boolean broken;
    private boolean leaving;

    FrameGuard(ListenerLimits.Http2 limits) {
        frames = new Rate(limits.controlFrames(), FRAMES_NANOS);
        resets = new Rate(limits.resets(), RESETS_NANOS);
        reset = new ResetStreams(new Rate(limits.controlFrames(), FRAMES_NANOS));
    }

    /** A number that grows with each part of an answer that is on its way to the client. */
    public long answered() {
        return answered;
    }

    /** How many parts of an answer went out on a stream since this was first asked about it. */
    public long sent(int stream) {
        var streams = watched;
        if (streams == null) {
            streams = new IntObjectHashMap<>();
            watched = streams;
        }
        var sent = streams.get(stream);
        if (sent == null) {
            sent = new long[1];
            streams.put(stream, sent);
        }
        return sent[0];
    }

    /** What goes out on a stream need not be counted any more. */
    public void forget(int stream) {
        if (watched != null && watched.remove(stream) != null && watched.isEmpty()) {
            watched = null;
        }
    }

    private void count(int stream) {
        if (watched != null) {
            var sent = watched.get(stream);
            if (sent != null) {
                sent[0]++;
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (broken) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof ByteBuf bytes && !follow(context, bytes)) {
            broken = true;
            bytes.release();
            end(context);
            return;
        }
        context.fireChannelRead(message);
    }

    private static void end(ChannelHandlerContext context) {
        var pipeline = context.pipeline();
        var codec = pipeline.get(Http2ConnectionHandler.class);
        if (codec == null) {
            var unused = context.close();
            return;
        }
        codec.onError(
                pipeline.context(codec),
                false,
                Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many frames without a request"));
        context.flush();
    }

    /** Whether all frames that begin in these bytes are within the limits. */
    private boolean follow(ChannelHandlerContext context, ByteBuf bytes) {
        var index = bytes.readerIndex();
        var end = bytes.writerIndex();
        while (index < end) {
            if (preface < PREFACE.length) {
                if (bytes.getByte(index++) != PREFACE[preface++]) {
                    context.pipeline().remove(this);
                    return true;
                }
            } else if (payloadIn > 0 && type == SETTINGS) {
                settingByte(bytes, index++);
            } else if (payloadIn > 0) {
                var here = Math.min(payloadIn, end - index);
                payloadIn -= here;
                index += here;
            } else {
                headByte(bytes.getUnsignedByte(index++));
                if (headRead == 0 && !allows(type, length)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** One byte of a frame's head (RFC 9113 §4.1): three of its length, one of its type, five that don't matter here. */
    private void headByte(int value) {
        if (headRead < 3) {
            length = ((length << 8) & 0xffffff) | value;
        } else if (headRead == 3) {
            type = value;
        }
        if (++headRead == HEAD) {
            headRead = 0;
            payloadIn = length;
        }
    }

    /** One byte of a setting (RFC 9113 §6.5.1): two of its name, four of its value. */
    private void settingByte(ByteBuf bytes, int index) {
        var at = (length - payloadIn--) % SETTING;
        if (at < 2) {
            setting = ((setting << 8) & 0xffff) | bytes.getUnsignedByte(index);
        } else if (setting == HEADER_TABLE_SIZE) {
            bytes.setByte(index, 0);
        }
    }

    private boolean allows(int kind, int size) {
        if (kind == HEADERS || kind == CONTINUATION) {
            return true; // numbers of streams and of these are limited elsewhere
        }
        if (kind == DATA && size > 0) {
            frames.pay(1);
            return true;
        }
        return frames.take() && (kind != RST_STREAM || resets.take());
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (leaving) {
            context.channel().closeFuture().addListener(closed -> promise.trySuccess());
        } else if (Farewell.isDue(context.channel())) {
            leaving = true;
            broken = true;
            Farewell.then(context.channel(), () -> Farewell.close(context, promise));
        } else {
            Farewell.close(context, promise);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (leaving) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        if (hides && payloadOut > 0 && message instanceof ByteBuf words) {
            payloadOut -= Math.min(words.readableBytes(), payloadOut);
            words.release(); // they are the codec's, and tell what it is made of
            promise.trySuccess();
            return;
        }
        if (message instanceof ByteBuf bytes && isReset(bytes) && isKnown(context, stream(bytes))) {
            bytes.release();
            promise.trySuccess();
            return;
        }
        if (message instanceof ByteBuf bytes && written(context, bytes)) {
            // the stream is over at once: one that Vert.x never knew must not be met when the connection fails
            var unused = context.write(message);
            promise.trySuccess();
            return;
        }
        var unused = context.write(message, promise);
    }

    private boolean isReset(ByteBuf bytes) {
        return payloadOut == 0 && bytes.readableBytes() >= HEAD && bytes.getByte(bytes.readerIndex() + 3) == RST_STREAM;
    }

    private boolean isKnown(ChannelHandlerContext context, int stream) {
        var codec = context.pipeline().get(Http2ConnectionHandler.class);
        return codec != null && !broken && reset.again(codec.connection(), stream);
    }

    private static int stream(ByteBuf frame) {
        return frame.getInt(frame.readerIndex() + 5);
    }

    /**
     * The codec begins each frame with a buffer of its own; further ones with its payload may follow. Whether it resets a
     * stream.
     */
    private boolean written(ChannelHandlerContext context, ByteBuf bytes) {
        var size = bytes.readableBytes();
        if (payloadOut > 0) {
            payloadOut -= Math.min(size, payloadOut);
            return false;
        }
        if (size < HEAD) {
            return false;
        }
        var start = bytes.readerIndex();
        payloadOut = Math.max(0, HEAD + bytes.getUnsignedMedium(start) - size);
        var kind = bytes.getByte(start + 3);
        hides = kind == GOAWAY && size == HEAD + GOAWAY_PAYLOAD;
        if (hides) {
            bytes.setMedium(start, GOAWAY_PAYLOAD);
        } else if (kind <= HEADERS) {
            answered++;
            count(stream(bytes));
            frames.pay(PAID_BY_ANSWER);
        } else if (kind == RST_STREAM && !broken && !resets.take()) {
            broken = true;
            context.executor().execute(() -> end(context)); // after what is being written
        }
        return kind == RST_STREAM;
    }
}
