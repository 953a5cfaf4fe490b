package gatehouse.listener;

import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a connection that were reset last. What a client had sent before it knew is to be ignored (RFC 9113 §5.1),
 * but the codec answers each such frame with another reset; and where it refused a stream before it made it, it takes the
 * next frame of it for an offence that ends the connection.
 */
final class ResetStreams {
    /** More than are open at once by default. */
    private static final int REMEMBERED = 128;

    private final Rate late;
    private int @Nullable [] streams; // most connections never need it
    private int next;

    /**
     * Of one connection.
     *
     * @param late bounds the frames that come for such streams; who goes on gets resets again, which are counted
     */
    ResetStreams(Rate late) {
        this.late = late;
    }

    /** Whether the client need not be told, as it was already, that a stream is reset; else takes note of it. */
    boolean again(Http2Connection connection, int stream) {
        var known = streams;
        if (known == null) {
            known = new int[REMEMBERED];
            streams = known;
        }
        for (var one : known) {
            if (one == stream) {
                return late.take();
            }
        }
        known[next] = stream;
        next = (next + 1) % REMEMBERED;
        enter(connection, stream);
        return false;
    }

    /** Makes a stream that was refused one that has been. */
    private static void enter(Http2Connection connection, int stream) {
        var remote = connection.remote();
        if (!remote.isValidStreamId(stream) || connection.streamMayHaveExisted(stream)) {
            return;
        }
        var most = remote.maxActiveStreams();
        try {
            remote.maxActiveStreams(Integer.MAX_VALUE); // it may be refused for this very reason
            remote.createStream(stream, true).close();
        } catch (Http2Exception ending) {
            // nothing is taken any more
        } finally {
            remote.maxActiveStreams(most);
        }
    }
}
