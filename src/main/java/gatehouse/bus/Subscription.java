package gatehouse.bus;

import io.vertx.core.Future;
import io.vertx.core.eventbus.MessageConsumer;

/** A subscriber's place at a topic, until it is closed. */
public final class Subscription {
    private final MessageConsumer<?> consumer;

    Subscription(MessageConsumer<?> consumer) {
        this.consumer = consumer;
    }

    /** Completes once messages arrive from all nodes. */
    public Future<Void> ready() {
        return consumer.completion();
    }

    /** Ends it; no message is handed on once this has completed. */
    public Future<Void> close() {
        return consumer.unregister();
    }
}
