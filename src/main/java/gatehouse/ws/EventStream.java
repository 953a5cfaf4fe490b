package gatehouse.ws;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Outflow;
import gatehouse.exchange.Reply;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client that listens to a topic by server-sent events. It holds no message by itself: it reads them from the topic as fast as the
 * client takes them. Confined to its event loop.
 */
final class EventStream implements Reply.Body, OpenSocket {
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final Buffer COMMENT = Buffer.buffer(":\n\n");

    private final Sockets all;
    private final Topics topics;
    private final Subject subject;
    private final Context context;
    private final Runnable nudge = this::nudged;
    private final Promise<Void> done = Promise.promise();
    private @Nullable Outflow sink;
    private long seen;
    private long writtenAt = System.nanoTime();
    private boolean waits;
    private boolean over;

    /**
     * @param lastId the last message that the client has seen; null for none
     */
    EventStream(Vertx vertx, Sockets all, Topics topics, Subject subject, @Nullable String lastId) {
        this.all = all;
        this.topics = topics;
        this.subject = subject;
        context = vertx.getOrCreateContext();
        seen = subject.numberOf(lastId);
    }

    /** The head and this as its body. */
    Reply reply() {
        var fields = HttpHeaders.headers();
        fields.set("Content-Type", "text/event-stream");
        fields.set("Cache-Control", "no-cache");
        fields.set("X-Accel-Buffering", "no");
        return new Reply(200, null, fields, this);
    }

    @Override
    public Future<Void> sendTo(Exchange exchange) {
        if (exchange.isHead() || exchange.clientGone()) {
            cancel();
            return exchange.response().end();
        }
        sink = exchange.outflow();
        exchange.whenClientLeaves(this::cancel);
        all.add(this);
        subject.listen(nudge);
        var retry = "retry: " + topics.retryMillis() + "\n\n";
        var unused = sink.write(Buffer.buffer(retry));
        push();
        return done.future();
    }

    private void nudged() {
        context.runOnContext(go -> push());
    }

    private void push() {
        var to = sink;
        if (to == null || over || waits) {
            return;
        }
        while (!to.writeQueueFull()) {
            var event = subject.after(seen);
            if (event == null) {
                return;
            }
            seen = event.number();
            writtenAt = System.nanoTime();
            var unused = to.write(Buffer.buffer(event.lines()));
        }
        waits = true;
        to.drainHandler(drained -> {
            waits = false;
            push();
        });
    }

    @Override
    public void sweep(long now) {
        var to = sink;
        if (to != null && !waits && !over && now - writtenAt >= QUIET_NANOS) {
            writtenAt = now;
            var unused = to.write(COMMENT);
        }
    }

    @Override
    public void close(int code) {
        var to = sink;
        if (leave() && to != null) {
            to.end().onComplete(done);
        }
    }

    @Override
    public void cut() {
        cancel();
    }

    @Override
    public boolean goesAtOnce() {
        return true;
    }

    @Override
    public void cancel() {
        if (leave()) {
            done.tryComplete();
        }
    }

    private boolean leave() {
        if (over) {
            return false;
        }
        over = true;
        subject.leave(nudge);
        topics.left(subject);
        all.remove(this);
        return true;
    }

    @Override
    public long length() {
        return -1;
    }
}
