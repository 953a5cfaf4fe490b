package gatehouse.bus;

import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One kind of question: a JSON object under an address on the event bus, answered with another. What can't be done is a reply
 * failure, whose code is the status that HTTP would have and whose message is the detail.
 */
public final class Verb {
    private static final Logger LOG = LoggerFactory.getLogger(Verb.class);
    private static final int UNPROCESSABLE = 422;
    private static final int INTERNAL = 500;

    private final String address;

    private Verb(String address) {
        this.address = address;
    }

    /** A verb under an address. */
    public static Verb of(String address) {
        return new Verb(address);
    }

    /** Answers every question from now on, on the context of the caller; fields in and out are plain values. */
    public Subscription serve(Vertx vertx, Function<Map<String, Object>, Map<String, Object>> answer) {
        return serveLater(vertx, question -> Future.succeededFuture(answer.apply(question)));
    }

    /** As {@link #serve}, where answers take their time. */
    public Subscription serveLater(Vertx vertx, Function<Map<String, Object>, Future<Map<String, Object>>> answer) {
        return new Subscription(vertx.eventBus().<Object>consumer(address, message -> {
            if (!(message.body() instanceof JsonObject question)) {
                message.fail(UNPROCESSABLE, "The body is not a JSON object.");
                return;
            }
            try {
                answer.apply(plain(question))
                        .onSuccess(fields -> message.reply(new JsonObject(fields)))
                        .onFailure(cause -> refuse(message, cause));
            } catch (RuntimeException e) {
                refuse(message, e);
            }
        }));
    }

    /**
     * Asks whoever serves it; from any thread.
     *
     * @return fails when nobody does, when it is refused, or when no answer comes in time
     */
    public Future<Map<String, Object>> ask(Vertx vertx, Map<String, Object> question, Duration patience) {
        return ask(vertx, question, new DeliveryOptions(), patience);
    }

    private Future<Map<String, Object>> ask(
            Vertx vertx, Map<String, Object> question, DeliveryOptions options, Duration patience) {
        return vertx.eventBus()
                .<JsonObject>request(
                        address, new JsonObject(question), options.setSendTimeout(Math.max(1, patience.toMillis())))
                .map(reply -> plain(reply.body()));
    }

    /** As {@link #ask}, of who serves it on this node. */
    public Future<Map<String, Object>> askHere(Vertx vertx, Map<String, Object> question, Duration patience) {
        return ask(vertx, question, new DeliveryOptions().setLocalOnly(true), patience);
    }

    /** A message that was copied on its way has objects of Vert.x within. */
    private static Map<String, Object> plain(JsonObject object) {
        var fields = new LinkedHashMap<String, Object>(object.getMap());
        fields.replaceAll((name, value) -> plain(value));
        return fields;
    }

    private static Object plain(Object value) {
        if (value instanceof JsonObject object) {
            return plain(object);
        }
        return value instanceof JsonArray array ? array.getList() : value;
    }

    private void refuse(Message<?> message, Throwable cause) {
        if (cause instanceof ProblemException told) {
            message.fail(told.problem().status(), told.problem().detail());
            return;
        }
        LOG.error("{} failed", address, cause);
        message.fail(INTERNAL, "The gateway failed on this request.");
    }
}
