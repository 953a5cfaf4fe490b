package gatehouse.policy.plugin;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.plugin.Answer;
import gatehouse.plugin.Step;
import gatehouse.policy.Policy;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The rest of the way behind a step. It is gone once, and what comes of it is given up where the step does not want it. */
final class Rest implements Step.Next {
    private final ContextInternal loop;
    private final Exchange exchange;
    private final Policy.Next next;
    private final AtomicBoolean begun = new AtomicBoolean();
    private boolean left;
    private @Nullable Reply passed;

    Rest(ContextInternal loop, Exchange exchange, Policy.Next next) {
        this.loop = loop;
        this.exchange = exchange;
        this.next = next;
    }

    @Override
    public Future<Answer> proceed() {
        if (begun.getAndSet(true)) {
            return Future.failedFuture(new IllegalStateException("proceed() was called before"));
        }
        if (loop.inThread()) {
            return go();
        }
        var promise = loop.<Answer>promise();
        loop.runOnContext(now -> go().onComplete(promise));
        return promise.future();
    }

    private Future<Answer> go() {
        if (left) {
            return Future.failedFuture(new IllegalStateException("the step is over"));
        }
        return next.proceed(exchange).compose(reply -> {
            if (left) {
                reply.cancel();
                return Future.failedFuture(new IllegalStateException("the step is over"));
            }
            passed = reply;
            return Future.succeededFuture(new PluginAnswer(reply));
        });
    }

    /**
     * The step is over.
     *
     * @param sent what is sent; null for nothing of it
     */
    void leave(@Nullable Reply sent) {
        left = true;
        if (passed != null && passed != sent) {
            passed.cancel();
        }
    }
}
