package gatehouse.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
@DisplayNameGeneration(ReplaceUnderscores.class)
class TopicTest {
    record Purged(long index, List<String> tags, String by) {}

    private static final Topic<Purged> TOPIC = Topic.of("test.purged", Purged.class);

    private final BlockingQueue<Purged> got = new LinkedBlockingQueue<>();

    @Test
    void a_published_record_arrives_equal(Vertx vertx) throws Exception {
        subscribe(vertx);

        TOPIC.publish(vertx, new Purged(7, List.of("a", "b"), "ops"));

        assertThat(next()).isEqualTo(new Purged(7, List.of("a", "b"), "ops"));
    }

    @Test
    void a_record_published_on_this_node_arrives_there(Vertx vertx) throws Exception {
        subscribe(vertx);

        TOPIC.publishLocal(vertx, new Purged(7, List.of(), null));

        assertThat(next()).isEqualTo(new Purged(7, List.of(), null));
    }

    @Test
    void on_the_wire_it_is_a_json_object_under_the_address(Vertx vertx) throws Exception {
        var wire = new LinkedBlockingQueue<JsonObject>();
        vertx.eventBus().<JsonObject>consumer("test.purged", message -> wire.add(message.body()));

        TOPIC.publish(vertx, new Purged(1, List.of("a"), "ops"));

        assertThat(wire.poll(30, TimeUnit.SECONDS))
                .isEqualTo(new JsonObject("{\"index\":1,\"tags\":[\"a\"],\"by\":\"ops\"}"));
    }

    @Test
    void a_key_that_a_newer_node_sends_is_skipped(Vertx vertx) throws Exception {
        subscribe(vertx);

        vertx.eventBus().publish(TOPIC.address(), new JsonObject("{\"index\":1,\"tags\":[],\"soft\":true}"));

        assertThat(next()).isEqualTo(new Purged(1, List.of(), null));
    }

    @Test
    void malformed_messages_are_dropped_and_later_ones_still_arrive(Vertx vertx) throws Exception {
        subscribe(vertx);

        vertx.eventBus().publish(TOPIC.address(), "text");
        vertx.eventBus().publish(TOPIC.address(), null);
        vertx.eventBus().publish(TOPIC.address(), new JsonObject("{\"index\":\"seven\"}"));
        vertx.eventBus().publish(TOPIC.address(), new JsonObject("{\"tags\":[]}"));
        vertx.eventBus().publish(TOPIC.address(), new JsonObject("{\"index\":1,\"tags\":{}}"));
        TOPIC.publish(vertx, new Purged(2, List.of(), "ops"));

        assertThat(next()).isEqualTo(new Purged(2, List.of(), "ops"));
        assertThat(got).isEmpty();
    }

    @Test
    void a_closed_subscription_gets_nothing(Vertx vertx) throws Exception {
        var first = new LinkedBlockingQueue<Purged>();
        var subscription = TOPIC.subscribe(vertx, first::add);
        subscription.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        subscribe(vertx);

        TOPIC.publish(vertx, new Purged(1, List.of(), "ops"));

        assertThat(next()).isNotNull();
        assertThat(first).isEmpty();
    }

    private void subscribe(Vertx vertx) throws Exception {
        TOPIC.subscribe(vertx, got::add)
                .ready()
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private Purged next() throws InterruptedException {
        return got.poll(30, TimeUnit.SECONDS);
    }
}
