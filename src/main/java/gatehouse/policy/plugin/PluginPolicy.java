package gatehouse.policy.plugin;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.plugin.Answer;
import gatehouse.plugin.Step;
import gatehouse.policy.Policy;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.Objects;

/** A step of a plugin among the others. Whatever it does, an answer that nobody sends is given up, and the rest runs on its event loop. */
final class PluginPolicy implements Policy {
    private final String name;
    private final String route;
    private final Step step;

    PluginPolicy(String name, String route, Step step) {
        this.name = name;
        this.route = route;
        this.step = Objects.requireNonNull(step, "step()");
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        var loop = Objects.requireNonNull(ContextInternal.current(), "on an event loop");
        var rest = new Rest(loop, exchange, next);
        return onLoop(loop, begin(new PluginCall(exchange, route), rest))
                .transform((answer, failure) -> failure == null ? sent(rest, answer) : failed(rest, failure));
    }

    private Future<Answer> begin(PluginCall call, Rest rest) {
        try {
            return Objects.requireNonNull(step.apply(call, rest), "a step gives a future");
        } catch (RuntimeException | LinkageError e) {
            return Future.failedFuture(e);
        }
    }

    /** The same, completed on this loop whoever completes it. */
    static <T> Future<T> onLoop(ContextInternal loop, Future<T> future) {
        if (future.isComplete() && loop.inThread()) {
            return future;
        }
        var promise = loop.<T>promise();
        future.onComplete(promise);
        return promise.future();
    }

    private Future<Reply> sent(Rest rest, Answer answer) {
        if (!(answer instanceof PluginAnswer own)) {
            return failed(rest, new IllegalStateException("an answer that is not the gateway's"));
        }
        rest.leave(own.reply());
        return Future.succeededFuture(own.reply());
    }

    private Future<Reply> failed(Rest rest, Throwable failure) {
        rest.leave(null);
        return Future.failedFuture(
                failure instanceof ProblemException
                        ? failure
                        : new IllegalStateException("policy " + name + " of route " + route + " failed", failure));
    }
}
