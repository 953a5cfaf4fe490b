package gatehouse.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Hands the codec of a connection over HTTP/2 no more of a stream than the stream's window takes. The codec counts all that it was
 * handed against the window of the connection, and lets no stream write while that is too much: a few streams that nobody reads would
 * hold up all others. What is behind its window waits here, and is nobody's business. Confined to the connection's event loop.
 */
public final class FairWindows implements Http2RemoteFlowController {
    private final Http2RemoteFlowController codec;
    private final Http2Connection connection;
    private final Http2Connection.PropertyKey key;

    private FairWindows(Http2Connection connection) {
        this.connection = connection;
        this.codec = connection.remote().flowController();
        this.key = connection.newKey();
    }

    /** Sets this on a connection that has sent nothing on any stream yet. */
    public static void on(Http2ConnectionHandler handler) {
        var connection = handler.connection();
        var windows = new FairWindows(connection);
        connection.addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                windows.closed(stream);
            }
        });
        connection.remote().flowController(windows);
    }

    /** What a stream's window has room for, besides what the codec has, and what is behind that. */
    private static final class Course {
        private long room;
        private @Nullable ArrayDeque<Rest> behind; // most streams never need it

        Course(long room) {
            this.room = room;
        }

        boolean isBlocked() {
            return behind != null && !behind.isEmpty();
        }
    }

    /** What the codec has not got yet of a frame. */
    private static final class Rest {
        private final FlowControlled frame;
        private int left;
        private boolean isBroken;

        Rest(FlowControlled frame) {
            this.frame = frame;
            this.left = frame.size();
        }

        void fail(ChannelHandlerContext context, Throwable cause) {
            if (!isBroken) {
                isBroken = true;
                frame.error(context, cause);
            }
        }
    }

    /** So many bytes of a frame. */
    private static final class Part implements FlowControlled {
        private final Rest of;
        private int size;

        Part(Rest of, int size) {
            this.of = of;
            this.size = size;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public void write(ChannelHandlerContext context, int allowed) {
            var before = of.frame.size();
            of.frame.write(context, Math.min(allowed, size));
            var after = of.frame.size();
            size = after == 0 ? 0 : size - (before - after); // one that broke has nothing left
        }

        @Override
        public void writeComplete() {
            if (of.frame.size() == 0) {
                of.frame.writeComplete();
            }
        }

        @Override
        public void error(ChannelHandlerContext context, Throwable cause) {
            of.fail(context, cause);
        }

        @Override
        public boolean merge(ChannelHandlerContext context, FlowControlled next) {
            return false;
        }
    }

    @Override
    public void addFlowControlled(Http2Stream stream, FlowControlled frame) {
        Course course = stream.getProperty(key);
        if (course == null) {
            course = new Course(codec.windowSize(stream));
            stream.setProperty(key, course);
        }
        if (!course.isBlocked() && frame.size() <= course.room) {
            course.room -= frame.size();
            codec.addFlowControlled(stream, frame);
            return;
        }
        var behind = course.behind;
        if (behind == null) {
            behind = new ArrayDeque<>(4);
            course.behind = behind;
        }
        behind.add(new Rest(frame));
        handOn(stream, course, behind);
    }

    private void handOn(Http2Stream stream, Course course, ArrayDeque<Rest> behind) {
        for (var rest = behind.peek(); rest != null; rest = behind.peek()) {
            var step = (int) Math.max(0, Math.min(rest.left, course.room));
            if (step == 0 && rest.left > 0) {
                return;
            }
            var isWhole = step == rest.frame.size() && step == rest.left;
            course.room -= step;
            rest.left -= step;
            if (rest.left == 0) {
                behind.remove();
            }
            codec.addFlowControlled(stream, isWhole ? rest.frame : new Part(rest, step));
        }
    }

    private void widen(Http2Stream stream, long more) {
        Course course = stream.getProperty(key);
        if (course == null) {
            return;
        }
        course.room += more;
        var behind = course.behind;
        if (behind != null) {
            handOn(stream, course, behind); // before the codec sees room, and asks for more
        }
    }

    private void closed(Http2Stream stream) {
        Course course = stream.removeProperty(key);
        if (course == null || !course.isBlocked()) {
            return;
        }
        if (!stream.isResetSent()) {
            stream.resetSent(); // the other side knows, and is not told for each frame
        }
        var why = Http2Exception.streamError(
                stream.id(), Http2Error.STREAM_CLOSED, "The stream was closed before all was written");
        var behind = course.behind;
        while (behind != null && !behind.isEmpty()) {
            behind.remove().fail(codec.channelHandlerContext(), why);
        }
    }

    @Override
    public boolean hasFlowControlled(Http2Stream stream) {
        Course course = stream.getProperty(key);
        return (course != null && course.isBlocked()) || codec.hasFlowControlled(stream);
    }

    @Override
    public void incrementWindowSize(Http2Stream stream, int delta) throws Http2Exception {
        widen(stream, delta);
        codec.incrementWindowSize(stream, delta);
    }

    @Override
    public void initialWindowSize(int newWindowSize) throws Http2Exception {
        var more = newWindowSize - codec.initialWindowSize();
        connection.forEachActiveStream(stream -> {
            widen(stream, more);
            return true;
        });
        codec.initialWindowSize(newWindowSize);
    }

    @Override
    public int initialWindowSize() {
        return codec.initialWindowSize();
    }

    @Override
    public int windowSize(Http2Stream stream) {
        return codec.windowSize(stream);
    }

    @Override
    public boolean isWritable(Http2Stream stream) {
        return codec.isWritable(stream);
    }

    @Override
    public void writePendingBytes() throws Http2Exception {
        codec.writePendingBytes();
    }

    @Override
    public void listener(Listener listener) {
        codec.listener(listener);
    }

    @Override
    public void channelHandlerContext(ChannelHandlerContext context) throws Http2Exception {
        codec.channelHandlerContext(context);
    }

    @Override
    public ChannelHandlerContext channelHandlerContext() {
        return codec.channelHandlerContext();
    }

    @Override
    public void channelWritabilityChanged() throws Http2Exception {
        codec.channelWritabilityChanged();
    }

    @Override
    public void updateDependencyTree(int child, int parent, short weight, boolean exclusive) {
        codec.updateDependencyTree(child, parent, weight, exclusive);
    }
}
