package gatehouse.registrar;

import gatehouse.bus.Subscription;
import gatehouse.bus.Topic;
import gatehouse.registrar.Gossip.Answer;
import gatehouse.registrar.Gossip.Digest;
import gatehouse.registrar.Gossip.News;
import gatehouse.registrar.Gossip.Question;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Carries what registries tell each other over the event bus. One message in each turn of the loop, as it may be a large
 * table that is told, and others have work on that loop, too.
 */
final class BusWire implements Replication.Wire {
    private static final String NEWS = "gatehouse.registry.news";
    private static final String DIGEST = "gatehouse.registry.digest";
    private static final String QUESTION = "gatehouse.registry.question";
    private static final String ANSWER = "gatehouse.registry.answer";

    private final Vertx vertx;
    private final Context loop;
    private final String self;
    private final Queue<Runnable> outgoing = new ArrayDeque<>();
    private final List<Subscription> subscriptions = new ArrayList<>();

    BusWire(Vertx vertx, Context loop, String self) {
        this.vertx = vertx;
        this.loop = loop;
        this.self = self;
    }

    /** Hands on what comes; completes once all nodes can reach this one. */
    Future<?> listen(Consumer<Gossip> heard) {
        subscriptions.add(Topic.of(NEWS, News.class).subscribe(vertx, heard));
        subscriptions.add(Topic.of(DIGEST, Digest.class).subscribe(vertx, heard));
        subscriptions.add(Topic.of(at(DIGEST, self), Digest.class).subscribe(vertx, heard));
        subscriptions.add(Topic.of(at(QUESTION, self), Question.class).subscribe(vertx, heard));
        subscriptions.add(Topic.of(at(ANSWER, self), Answer.class).subscribe(vertx, heard));
        return Future.all(subscriptions.stream().map(Subscription::ready).toList());
    }

    Future<?> end() {
        return Future.join(subscriptions.stream().map(Subscription::close).toList());
    }

    private static String at(String address, String node) {
        return address + "." + node;
    }

    @Override
    public void toAll(Gossip said) {
        send("", said);
    }

    @Override
    public void to(String node, Gossip said) {
        send("." + node, said);
    }

    private void send(String suffix, Gossip said) {
        if (said instanceof News news) {
            queue(NEWS + suffix, News.class, news);
        } else if (said instanceof Digest digest) {
            queue(DIGEST + suffix, Digest.class, digest);
        } else if (said instanceof Question question) {
            queue(QUESTION + suffix, Question.class, question);
        } else if (said instanceof Answer answer) {
            queue(ANSWER + suffix, Answer.class, answer);
        }
    }

    private <T extends Record> void queue(String address, Class<T> type, T message) {
        outgoing.add(() -> Topic.of(address, type).publish(vertx, message));
        if (outgoing.size() == 1) {
            loop.runOnContext(go -> sendNext());
        }
    }

    private void sendNext() {
        var next = outgoing.peek();
        if (next != null) {
            next.run();
            outgoing.remove();
        }
        if (!outgoing.isEmpty()) {
            loop.runOnContext(go -> sendNext());
        }
    }
}
