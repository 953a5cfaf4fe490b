package gatehouse.cache;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/** Takes a body that nobody wants, so that its connection can serve again. */
final class Nowhere implements WriteStream<Buffer> {
    /** The one instance; it keeps no state. */
    static final Nowhere INSTANCE = new Nowhere();

    /** A longer one costs more than its connection is worth. */
    static final int MOST = 16 * 1024;

    private Nowhere() {}

    @Override
    public Future<Void> write(Buffer chunk) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
        return Future.succeededFuture();
    }

    @Override
    public boolean writeQueueFull() {
        return false;
    }

    @Override
    public Nowhere setWriteQueueMaxSize(int maxSize) {
        return this;
    }

    @Override
    public Nowhere drainHandler(@Nullable Handler<Void> handler) {
        return this;
    }

    @Override
    public Nowhere exceptionHandler(@Nullable Handler<Throwable> handler) {
        return this;
    }
}
