package gatehouse.registrar;

import static gatehouse.testing.TestGateway.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.TestGateway;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BusApiTest {
    private final BlockingQueue<JsonObject> changes = new LinkedBlockingQueue<>();
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = TestGateway.startWithRegistry("");
        await(gateway.vertx()
                .eventBus()
                .<JsonObject>consumer("gatehouse.registry.changed", message -> changes.add(message.body()))
                .completion());
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void an_instance_registers_renews_is_listed_and_goes() throws Exception {
        var instance = new JsonObject(
                "{\"service\":\"orders\",\"id\":\"a\",\"address\":\"10.0.0.1:80\",\"version\":\"2.0\",\"weight\":2,"
                        + "\"metadata\":{\"zone\":\"a\"}}");

        var registered = ask("register", instance);
        assertThat(registered.fieldNames()).containsExactly("index", "lease", "expires");

        var name = new JsonObject("{\"domain\":\"default\",\"service\":\"orders\",\"id\":\"a\"}");
        var renewed = ask("renew", name.copy().put("lease", registered.getLong("lease")));
        assertThat(renewed.getLong("lease")).isEqualTo(registered.getLong("lease"));

        var got = ask("get", new JsonObject("{\"name\":\"orders\"}"));
        assertThat(got.getJsonArray("items").getJsonObject(0).getString("address"))
                .isEqualTo("10.0.0.1:80");
        assertThat(got.getJsonArray("items").getJsonObject(0).getJsonObject("metadata"))
                .isEqualTo(new JsonObject().put("zone", "a"));
        assertThat(got.getLong("index")).isEqualTo(registered.getLong("index"));
        assertThat(ask("list", new JsonObject())
                        .getJsonArray("items")
                        .getJsonObject(0)
                        .getString("name"))
                .isEqualTo("orders");

        var ended = ask("deregister", name);
        assertThat(ended.getLong("lease")).isEqualTo(registered.getLong("lease"));
        assertThat(ended.getLong("index")).isEqualTo(registered.getLong("index") + 1);
        assertThat(ended.getString("expires")).isNotEmpty();
        assertThat(ask("get", new JsonObject("{\"name\":\"orders\"}")).getJsonArray("items"))
                .isEmpty();

        var first = next();
        assertThat(first.getString("change")).isEqualTo("registered");
        assertThat(first.getString("service")).isEqualTo("orders");
        assertThat(first.getJsonObject("instance").getString("id")).isEqualTo("a");
        var second = next();
        assertThat(second.getString("change")).isEqualTo("deregistered");
        assertThat(second.getLong("index")).isEqualTo(first.getLong("index") + 1);
    }

    @Test
    void what_can_not_be_done_is_a_failure_that_names_the_field() {
        assertFails("register", "{\"service\":\"orders\",\"id\":\"a\"}", 422, "The field address is missing.");
        assertFails("register", "{\"id\":\"a\",\"address\":\"a:1\"}", 422, "The field service is missing.");
        assertFails("renew", "{\"service\":\"orders\",\"id\":\"a\"}", 404, "no instance of this name");
        assertFails("renew", "{\"service\":\"orders\",\"id\":\"a\",\"lease\":\"1\"}", 422, "The field lease");
        assertFails("get", "{}", 422, "The field name is missing.");
    }

    @Test
    void a_body_that_is_no_object_is_a_failure() {
        assertThatThrownBy(() -> await(gateway.vertx().eventBus().request("gatehouse.registry.get", "orders")))
                .hasRootCauseInstanceOf(ReplyException.class)
                .hasMessageContaining("not a JSON object");
    }

    private void assertFails(String verb, String body, int code, String message) {
        assertThatThrownBy(() -> ask(verb, new JsonObject(body)))
                .hasMessageContaining(message)
                .rootCause()
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        failed -> assertThat(failed.failureCode()).isEqualTo(code));
    }

    private JsonObject ask(String verb, JsonObject body) throws Exception {
        return await(gateway.vertx().eventBus().<JsonObject>request("gatehouse.registry." + verb, body))
                .body();
    }

    private JsonObject next() throws InterruptedException {
        return java.util.Objects.requireNonNull(changes.poll(30, TimeUnit.SECONDS));
    }
}
