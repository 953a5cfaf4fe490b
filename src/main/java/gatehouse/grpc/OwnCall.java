package gatehouse.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.GrpcCall;
import gatehouse.exchange.GrpcStatus;
import gatehouse.exchange.Outflow;
import gatehouse.exchange.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A call that the gateway answers itself, message by message and no faster than the client takes the answers. Confined to its event
 * loop.
 */
abstract class OwnCall implements Reply.Body {
    /** Longest message that is taken. */
    static final int LONGEST = 4096;

    private static final int PREFIX = 5;

    /** Longest silence of a client that has more to say. */
    private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

    private final Vertx vertx;
    private final Promise<Void> done = Promise.promise();
    private @Nullable Exchange exchange;
    private Buffer rest = Buffer.buffer();
    private long heardNanos = System.nanoTime();
    private long timer;
    private boolean saidAll;
    private boolean over;

    OwnCall(Vertx vertx) {
        this.vertx = vertx;
    }

    /** The client says something. */
    abstract void asked(byte[] message) throws InvalidProtocolBufferException;

    /** The client has said all, and all was answered. */
    abstract void saidAll();

    /** Nothing more is answered. */
    void ended() {}

    @Override
    public final Future<Void> sendTo(Exchange to) {
        exchange = to;
        to.whenClientLeaves(() -> {
            if (stop()) {
                done.tryComplete();
            }
        });
        var request = to.request();
        request.handler(chunk -> {
            heardNanos = System.nanoTime();
            rest.appendBuffer(chunk);
            answer();
        });
        request.endHandler(end -> {
            saidAll = true;
            answer();
        });
        watch();
        request.resume();
        return done.future();
    }

    @Override
    public final long length() {
        return -1;
    }

    private Exchange exchange() {
        return Objects.requireNonNull(exchange, "exchange");
    }

    /** Answers what is here, as far as the client takes it. */
    private void answer() {
        var outflow = exchange().outflow();
        var at = 0;
        while (!over && !outflow.writeQueueFull() && isWhole(at)) {
            var end = at + PREFIX + (int) rest.getUnsignedInt(at + 1);
            try {
                asked(rest.getBytes(at + PREFIX, end));
            } catch (InvalidProtocolBufferException e) {
                end(GrpcStatus.INTERNAL, "The message can't be read.");
            }
            at = end;
        }
        rest = rest.getBuffer(at, rest.length());
        if (over) {
            return;
        }
        if (outflow.writeQueueFull()) {
            awaitRoom(outflow);
        } else if (saidAll) {
            saidAll();
        }
    }

    private void awaitRoom(Outflow outflow) {
        var request = exchange().request();
        request.pause();
        outflow.drainHandler(drained -> {
            if (!over) {
                request.resume();
                answer();
            }
        });
    }

    /** Whether a message lies there whole; one that can't be taken ends the call. */
    private boolean isWhole(int at) {
        if (rest.length() - at < PREFIX) {
            return false;
        }
        var length = rest.getUnsignedInt(at + 1);
        if (rest.getByte(at) != 0) {
            end(GrpcStatus.UNIMPLEMENTED, "Messages are not taken compressed.");
        } else if (length > LONGEST) {
            end(
                    GrpcStatus.RESOURCE_EXHAUSTED,
                    "A message has " + length + " bytes; at most " + LONGEST + " are taken.");
        }
        return !over && rest.length() - at - PREFIX >= length;
    }

    /** Answers with a message. */
    final void tell(MessageLite message) {
        var bytes = message.toByteArray();
        var unused = exchange()
                .outflow()
                .write(Buffer.buffer(bytes.length + PREFIX)
                        .appendByte((byte) 0)
                        .appendInt(bytes.length)
                        .appendBytes(bytes));
    }

    /** Ends the call. */
    final void end(int status, String message) {
        if (!stop()) {
            return;
        }
        var to = exchange();
        to.whenClientLeaves(null);
        to.trailers().set(GrpcDialect.STATUS, Integer.toString(status));
        if (!message.isEmpty()) {
            to.trailers().set(GrpcDialect.MESSAGE, GrpcStatus.encoded(message));
        }
        to.outflow().end().onComplete(done);
    }

    private boolean stop() {
        if (over) {
            return false;
        }
        over = true;
        vertx.cancelTimer(timer);
        ended();
        return true;
    }

    /** Until the deadline of the call, or the end of the patience with a client that says nothing. */
    private void watch() {
        GrpcCall call = Objects.requireNonNull(exchange().call(), "call");
        var now = System.nanoTime();
        var left = call.endBy() - now;
        if (!saidAll) {
            left = Math.min(left, heardNanos + PATIENCE_NANOS - now);
        }
        if (left <= 0) {
            end(GrpcStatus.DEADLINE_EXCEEDED, "The call took too long.");
        } else {
            timer = vertx.setTimer(TimeUnit.NANOSECONDS.toMillis(left) + 1, due -> watch());
        }
    }
}
