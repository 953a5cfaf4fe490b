package gatehouse.bus;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.DatabindCodec;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One kind of message: an immutable record in code, a JSON object under an address on the event bus. The bus is lossy, so
 * a message tells a fact that may be lost or repeated without harm.
 *
 * @param <T> the record; unknown JSON keys are skipped, so that nodes of two versions understand each other
 */
public final class Topic<T extends Record> {
    private static final Logger LOG = LoggerFactory.getLogger(Topic.class);
    private static final DeliveryOptions THIS_NODE = new DeliveryOptions().setLocalOnly(true);
    private static final ObjectMapper MAPPER = DatabindCodec.mapper()
            .copy()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    private final String address;
    private final Class<T> type;

    private Topic(String address, Class<T> type) {
        this.address = address;
        this.type = type;
    }

    /** A topic under an address; kept in a constant {@code TOPIC} of the record. */
    public static <T extends Record> Topic<T> of(String address, Class<T> type) {
        return new Topic<>(address, type);
    }

    /** Address on the event bus, such as {@code gatehouse.health.changed}. */
    public String address() {
        return address;
    }

    /** Tells all subscribers on all nodes; from any thread. */
    public void publish(Vertx vertx, T message) {
        vertx.eventBus().publish(address, JsonObject.mapFrom(message));
    }

    /** Tells the subscribers on this node; from any thread. */
    public void publishLocal(Vertx vertx, T message) {
        vertx.eventBus().publish(address, JsonObject.mapFrom(message), THIS_NODE);
    }

    /**
     * Calls {@code subscriber} with every message from now on, on the context of the caller. A message that is not the
     * JSON of the record is dropped; the first such is logged.
     */
    public Subscription subscribe(Vertx vertx, Consumer<? super T> subscriber) {
        var complained = new AtomicBoolean();
        return new Subscription(vertx.eventBus().<Object>consumer(address, message -> {
            var read = read(message.body(), complained);
            if (read != null) {
                subscriber.accept(read);
            }
        }));
    }

    /**
     * Hands on whatever is told under an address, for those who show it and need not know what it means. What is no JSON
     * object is skipped.
     */
    public static Subscription overhear(Vertx vertx, String address, Consumer<JsonObject> listener) {
        return new Subscription(vertx.eventBus().<Object>consumer(address, message -> {
            if (message.body() instanceof JsonObject told) {
                listener.accept(told);
            }
        }));
    }

    private @Nullable T read(@Nullable Object body, AtomicBoolean complained) {
        try {
            if (body instanceof JsonObject json) {
                return MAPPER.convertValue(json.getMap(), type);
            }
            throw new IllegalArgumentException("body is no JSON object");
        } catch (IllegalArgumentException e) {
            if (complained.compareAndSet(false, true)) {
                LOG.warn("{}: dropped a message that is no {}: {}", address, type.getSimpleName(), e.getMessage());
            }
            return null;
        }
    }
}
