package gatehouse.upstream;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/** An answer of a target; as a stream its body, paused at first. Confined to its event loop. */
public interface TargetAnswer extends ReadStream<Buffer> {
    /** Its status. */
    int status();

    /** Its reason phrase; null where there is none. */
    @Nullable String reason();

    /** The fields of its head, for whoever sends it on to change. */
    MultiMap headers();

    /** The fields behind its body, once that has ended; not to be changed. */
    MultiMap trailers();

    /** Whether it has a status, a framing and a size that can be passed on. */
    boolean isSound();

    /** Reads nothing more from its connection, or again what comes: a stream that is paused alone may go on for a while. */
    void reading(boolean on);
}
