package gatehouse.bus;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Topics for clients: what is published under {@code gatehouse.topic.NAME}, by the gateway or anybody else on the event bus. A
 * message is any JSON or text, and may have an id as its header {@code id}.
 */
public final class Broadcast {
    private static final String ADDRESS = "gatehouse.topic.";
    private static final String ID = "id";
    private static final String KEPT = "kept";

    private Broadcast() {}

    /** Who hears of messages. */
    @FunctionalInterface
    public interface Subscriber {
        /**
         * A message has come.
         *
         * @param id null where it has none
         * @param kept whether who published it has kept it for those who come later
         */
        void came(@Nullable String id, String text, boolean kept);
    }

    /**
     * Tells all subscribers on all nodes; from any thread.
     *
     * @param kept whether nobody else needs to keep it for those who come later
     */
    public static void publish(Vertx vertx, String topic, String id, String text, boolean kept) {
        var options = new DeliveryOptions().addHeader(ID, id);
        if (kept) {
            options.addHeader(KEPT, "true");
        }
        vertx.eventBus().publish(ADDRESS + topic, text, options);
    }

    /** Tells the subscriber of each message from now on. */
    public static Subscription subscribe(Vertx vertx, String topic, Subscriber subscriber) {
        return new Subscription(vertx.eventBus()
                .<Object>consumer(
                        ADDRESS + topic,
                        message -> subscriber.came(
                                message.headers().get(ID),
                                text(message.body()),
                                message.headers().contains(KEPT))));
    }

    private static String text(@Nullable Object body) {
        if (body instanceof String text) {
            return text;
        }
        if (body instanceof JsonObject object) {
            return object.encode();
        }
        if (body instanceof JsonArray array) {
            return array.encode();
        }
        return body instanceof Buffer bytes ? bytes.toString(StandardCharsets.UTF_8) : Json.encode(body);
    }
}
