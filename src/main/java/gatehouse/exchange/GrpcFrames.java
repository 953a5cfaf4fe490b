package gatehouse.exchange;

import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the five bytes before each message of a stream while it passes, however the bytes are cut into pieces: whether the message
 * is as long as it may be, and compressed only where a coding was named. Confined to its event loop.
 */
public final class GrpcFrames {
    private static final int PREFIX = 5;

    private final long most;
    private final boolean encoded;
    private final Origin origin;
    private int seen;
    private int flag;
    private long left;
    private boolean inMessage;

    /**
     * @param most longest message, in bytes
     * @param encoding value of {@code grpc-encoding}, or null
     * @param origin whose messages they are
     */
    public GrpcFrames(long most, @Nullable String encoding, Origin origin) {
        this.most = most;
        this.encoded = encoding != null && !encoding.equals("identity");
        this.origin = origin;
    }

    /**
     * Takes the next bytes.
     *
     * @throws gatehouse.problem.ProblemException when they must not pass
     */
    public void take(Buffer chunk) {
        var length = chunk.length();
        var at = 0;
        while (at < length) {
            if (seen == PREFIX) {
                var step = Math.min(left, length - at);
                at += (int) step;
                left -= step;
            } else {
                next(chunk.getUnsignedByte(at++));
            }
            if (seen == PREFIX && left == 0) {
                seen = 0;
            }
        }
        inMessage = seen > 0;
    }

    /** Whether what has passed ends in the middle of a message. */
    public boolean isInMessage() {
        return inMessage;
    }

    private void next(int octet) {
        if (seen++ == 0) {
            flag = octet;
            left = 0;
            if (flag > 1) {
                throw problem(GrpcStatus.MALFORMED, 400, "A message has a flag that is not known.");
            }
            if (flag == 1 && !encoded) {
                throw problem(GrpcStatus.MALFORMED, 400, "A message is compressed, and grpc-encoding names nothing.");
            }
            return;
        }
        left = left << 8 | octet;
        if (seen == PREFIX && left > most) {
            throw problem(
                    GrpcStatus.TOO_LARGE, 413, "A message has " + left + " bytes; at most " + most + " are taken.");
        }
    }

    private RuntimeException problem(String name, int status, String detail) {
        return new Problem(
                        name,
                        origin == Origin.UPSTREAM ? 502 : status,
                        "A message of the call can't be passed on",
                        detail,
                        origin,
                        Map.of(),
                        false)
                .asFailure();
    }
}
