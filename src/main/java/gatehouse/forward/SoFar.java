package gatehouse.forward;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * What was read of the body of a call, kept for as long as a target may still say that it has done nothing for it. A dialogue may go
 * on for ever: what is longer than a body that is sent again may be is not kept. Confined to its event loop.
 */
final class SoFar {
    private @Nullable Buffer bytes;
    private boolean isCopy;
    private boolean isLost;

    /** More was read. */
    void add(Buffer chunk) {
        if (isLost) {
            return;
        }
        var before = bytes;
        if (before == null) {
            bytes = chunk; // mostly all there is
        } else if (isCopy) {
            before.appendBuffer(chunk);
        } else {
            isCopy = true;
            bytes = Buffer.buffer(2 * (before.length() + chunk.length()))
                    .appendBuffer(before)
                    .appendBuffer(chunk);
        }
        if (length() > Upload.MAX_REPLAY_BYTES) {
            isLost = true;
            bytes = null;
        }
    }

    /** Whether it became too long, so that the call can't be sent again. */
    boolean isLost() {
        return isLost;
    }

    private int length() {
        return bytes == null ? 0 : bytes.length();
    }

    /** All of it, which stays the same whatever is added. */
    Buffer bytes() {
        return whole().copy();
    }

    /** All of it, to which nothing is added any more. */
    Buffer whole() {
        return bytes == null ? Buffer.buffer(0) : bytes;
    }
}
