package gatehouse.rpc;

import gatehouse.problem.Problem;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes the frames of an answer and hands its messages on one by one; who writes is held up for as long as a message is. Confined
 * to its event loop.
 */
final class AnswerSink implements WriteStream<Buffer> {
    private static final int PREFIX = 5;

    private final long most;
    private final Function<Buffer, Future<Void>> taker;
    private final Promise<Void> ended = Promise.promise();
    private Buffer rest = Buffer.buffer();
    private boolean broken;

    /**
     * @param most longest message
     * @param taker gets each message
     */
    AnswerSink(long most, Function<Buffer, Future<Void>> taker) {
        this.most = most;
        this.taker = taker;
    }

    /** Completes with the end, or fails as soon as something can't be taken; from then on nothing is kept. */
    Future<Void> ended() {
        return ended.future();
    }

    private Future<Void> broken(Throwable cause) {
        broken = true;
        rest = Buffer.buffer();
        ended.tryFail(cause);
        return Future.failedFuture(cause);
    }

    @Override
    public Future<Void> write(Buffer chunk) {
        if (broken) {
            return Future.failedFuture("broken");
        }
        rest = rest.length() == 0 ? chunk.copy() : rest.appendBuffer(chunk);
        Future<Void> taken = Future.succeededFuture();
        var at = 0;
        while (rest.length() - at >= PREFIX) {
            var length = rest.getUnsignedInt(at + 1);
            if (length > most || rest.getByte(at) != 0) {
                return broken(Problem.badGateway(
                                "upstream-protocol-error",
                                length > most
                                        ? "A message of the service is longer than it may be."
                                        : "A message of the service can't be read.")
                        .asFailure());
            }
            if (rest.length() - at - PREFIX < length) {
                break;
            }
            taken = taker.apply(rest.getBuffer(at + PREFIX, at + PREFIX + (int) length));
            at += PREFIX + (int) length;
            if (taken.failed()) {
                return broken(taken.cause());
            }
        }
        if (at > 0) {
            rest = rest.getBuffer(at, rest.length());
        }
        return taken;
    }

    @Override
    public Future<Void> end() {
        if (rest.length() > 0) {
            return broken(Problem.badGateway(
                            "upstream-protocol-error", "The service ended its answer in the middle of a message.")
                    .asFailure());
        }
        ended.tryComplete();
        return Future.succeededFuture();
    }

    @Override
    public boolean writeQueueFull() {
        return false;
    }

    @Override
    public AnswerSink drainHandler(@Nullable Handler<Void> handler) {
        return this;
    }

    @Override
    public AnswerSink exceptionHandler(@Nullable Handler<Throwable> handler) {
        return this;
    }

    @Override
    public AnswerSink setWriteQueueMaxSize(int size) {
        return this;
    }
}
