package gatehouse.bus;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Topics for clients: what is published under {@code gatehouse.topic.NAME}, by the gateway or anybody else on the event bus. A
 * message is any JSON or text, and may have an id as its header {@code id}.
 */
public final class Broadcast {
    private static final String ADDRESS = "gatehouse.topic.";
    private static final String ID = "id";

    private Broadcast() {}

    /** Tells all subscribers on all nodes; from any thread. */
    public static void publish(Vertx vertx, String topic, String id, String text) {
        vertx.eventBus().publish(ADDRESS + topic, text, new DeliveryOptions().addHeader(ID, id));
    }

    /** Calls {@code subscriber} with the id, where there is one, and the text of each message from now on. */
    public static Subscription subscribe(Vertx vertx, String topic, BiConsumer<@Nullable String, String> subscriber) {
        return new Subscription(vertx.eventBus()
                .<Object>consumer(
                        ADDRESS + topic,
                        message -> subscriber.accept(message.headers().get(ID), text(message.body()))));
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
