package gatehouse.exchange;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an exchange: a head that policies may change, and a body that may still be in flight. Confined to the
 * exchange's event loop. Whoever drops a reply without sending it calls {@link #cancel}.
 */
public final class Reply {
    private int status;
    private final @Nullable String reason;
    private final MultiMap headers;
    private final Body body;

    /**
     * A reply.
     *
     * @param status HTTP status, 200 to 599
     * @param reason reason phrase to keep, or null for the usual one
     * @param headers fields of the head, changed in place by policies; fields of a connection are left out when sent
     * @param body what follows
     */
    public Reply(int status, @Nullable String reason, MultiMap headers, Body body) {
        this.status = status;
        this.reason = reason;
        this.headers = headers;
        this.body = body;
    }

    /** HTTP status. */
    public int status() {
        return status;
    }

    /** Changes the status. */
    public void status(int changed) {
        status = changed;
    }

    /** Reason phrase to keep, or null for the usual one. */
    public @Nullable String reason() {
        return reason;
    }

    /** Fields of the head; for a body that writes its own head, fields to add to it. */
    public MultiMap headers() {
        return headers;
    }

    /** What follows the head. */
    public Body body() {
        return body;
    }

    /** The same head before another body. */
    public Reply with(Body another) {
        return new Reply(status, reason, headers, another);
    }

    /** Gives up the reply before it was sent: its source is told to stop. */
    public void cancel() {
        body.cancel();
    }

    /** Source of a body. */
    public interface Body {
        /**
         * Sends the body, and ends the response, after the head was put on it.
         *
         * @return completes when the response has ended; a failure means it could not be ended properly
         */
        Future<Void> sendTo(Exchange exchange);

        /** Stops the source; nothing will be sent. */
        default void cancel() {}

        /** Length in bytes, or -1 where it is not known. */
        long length();

        /** The length as {@code Content-Length} says it, where it is known. */
        default CharSequence lengthField() {
            return Long.toString(length());
        }

        /** Whether the source writes status and fields itself, so that the reply's are only added to them. */
        default boolean writesHead() {
            return false;
        }
    }

    /** A reply with a whole body in memory. */
    public static Reply of(int status, MultiMap headers, Buffer body) {
        return new Reply(status, null, headers, new Body() {
            @Override
            public Future<Void> sendTo(Exchange exchange) {
                if (exchange.isReshaped()) {
                    return exchange.outflow().end(body);
                }
                WriteStream<Buffer> sink = exchange.isDetached() ? exchange.outflow() : exchange.response();
                return body.length() == 0 ? sink.end() : sink.end(body);
            }

            @Override
            public long length() {
                return body.length();
            }
        });
    }
}
