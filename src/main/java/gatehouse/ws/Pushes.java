package gatehouse.ws;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.exchange.Weights;
import gatehouse.policy.websocket.SocketTerms;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.snapshot.Route;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Requests on one event loop for what is published on a topic. Confined to it. */
final class Pushes {
    private static final String EVENTS = "text/event-stream";

    private final OpenSockets node;
    private final Sockets all;

    Pushes(OpenSockets node, Sockets all) {
        this.node = node;
        this.all = all;
    }

    /** Server-sent events. */
    Future<Reply> events(Exchange exchange, Route route) {
        if (!exchange.method().equals("GET") && !exchange.isHead()) {
            return Future.failedFuture(Problem.methodNotAllowed("GET, HEAD").asFailure());
        }
        if (Weights.ofType(exchange.headers().getAll("accept"), EVENTS) == 0) {
            return Future.failedFuture(
                    Problem.notAcceptable("A topic is told as text/event-stream, or over a WebSocket.")
                            .asFailure());
        }
        if (all.isEnding()) {
            return Future.failedFuture(
                    Problem.unavailable("ending", "This node takes no new listeners.", 1, Origin.GATEWAY)
                            .asFailure());
        }
        var topic = topic(exchange, route);
        if (topic == null) {
            return Future.failedFuture(Problem.noTopic().asFailure());
        }
        var subject = node.topics().enter(topic);
        if (subject == null) {
            return Future.failedFuture(tooMany().asFailure());
        }
        var lastId = exchange.header("last-event-id");
        return whenReady(subject, () -> new EventStream(node.vertx(), all, node.topics(), subject, lastId).reply());
    }

    /** Who comes before it is known what was pushed before could not be told that from what is new. */
    private Future<Reply> whenReady(Subject subject, Supplier<Reply> made) {
        if (subject.ready().isComplete()) {
            return Future.succeededFuture(made.get());
        }
        Promise<Reply> reply = Promise.promise();
        var here = node.vertx().getOrCreateContext();
        subject.ready().onComplete(ready -> here.runOnContext(go -> reply.complete(made.get())));
        return reply.future();
    }

    /** A WebSocket; its place in the count is taken. */
    Future<Reply> socket(Exchange exchange, Route route, SocketTerms terms, SocketCount count, Duration stalled) {
        var topic = topic(exchange, route);
        var subject = topic == null ? null : node.topics().enter(topic);
        if (subject == null) {
            count.leave();
            return Future.failedFuture((topic == null ? Problem.noTopic() : tooMany()).asFailure());
        }
        var key = Objects.requireNonNull(exchange.header("sec-websocket-key"));
        return whenReady(subject, () -> new PushSocket(all, node.topics(), subject, terms, count, stalled).reply(key));
    }

    private static @Nullable String topic(Exchange exchange, Route route) {
        return ((Route.ToTopic) route.to()).name().in(exchange.pattern(), exchange.path());
    }

    private static Problem tooMany() {
        return Problem.unavailable("topic-limit", "Too many clients or topics are listened to.", 5, Origin.GATEWAY);
    }
}
