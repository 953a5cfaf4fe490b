package gatehouse.admin;

import static gatehouse.testing.TestGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bridge without a library on the other side; what the kept one from npm does with it is in {@code PolyglotIT}. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BusBridgeTest extends BridgeCase {
    @Test
    void an_instance_registers_renews_is_listed_and_goes() throws Exception {
        start("");
        var orders = client(ORDERS);

        var registered = orders.ask(
                "register",
                instance("a").put("address", "10.0.0.1:80").put("metadata", new JsonObject().put("zone", "a")));
        assertThat(registered.fieldNames()).containsExactly("index", "lease", "expires");
        var renewed = orders.ask("renew", instance("a").put("lease", registered.getLong("lease")));
        assertThat(renewed.getLong("lease")).isEqualTo(registered.getLong("lease"));

        var got = orders.ask("get", new JsonObject().put("name", "orders"));
        var listed = got.getJsonArray("items").getJsonObject(0);
        assertThat(listed.getString("owner")).isEqualTo("orders");
        assertThat(listed.getJsonObject("metadata").getString("zone")).isEqualTo("a");
        assertThat(orders.ask("list", new JsonObject()).getJsonArray("items")).hasSize(1);

        assertThat(orders.ask("deregister", instance("a")).fieldNames()).containsExactly("index", "lease", "expires");
        assertThat(gateway.node().registry().size()).isZero();
    }

    @Test
    void an_instance_belongs_to_the_token_it_came_with_over_http_too() throws Exception {
        start("");
        var orders = client(ORDERS);
        orders.ask("register", instance("a").put("address", "10.0.0.1:80"));

        var other = client(USERS);
        var takeOver = instance("a").put("address", "10.0.0.2:80");
        assertThat(other.refused("register", takeOver)).isEqualTo(409);
        assertThat(other.refused("renew", instance("a"))).isEqualTo(409);
        assertThat(other.refused("deregister", instance("a"))).isEqualTo(409);

        var admin = AdminClient.of(gateway);
        var path = "/registry/v1/default/services/orders/instances/a/heartbeat";
        assertThat(admin.send("PUT", path, "", AdminClient.bearer(USERS)).status())
                .isEqualTo(409);
        assertThat(admin.send("PUT", path, "", AdminClient.bearer(ORDERS)).status())
                .isEqualTo(200);
        assertThat(client(OPS).ask("deregister", instance("a")).getLong("index"))
                .isPositive();
    }

    @Test
    void clients_stay_and_others_come_while_the_admin_API_is_redeployed() throws Exception {
        start("");
        var port = gateway.bridgePort();
        var orders = client(ORDERS);
        orders.say(new JsonObject().put("type", "register").put("address", "gatehouse.registry.changed"));
        orders.ask("list", new JsonObject());
        for (var i = 0; i < 5; i++) {
            var redeployed = gateway.node().redeploy("admin");
            do { // each of them is let in: the port is never closed
                var other = client(READER);
                other.ask("list", new JsonObject());
                await(other.socket.close()); // only so many clients may be there at once
            } while (!redeployed.isComplete());
            await(redeployed);
        }
        assertThat(gateway.bridgePort()).isEqualTo(port);
        client(ORDERS).ask("register", instance("a").put("address", "10.0.0.1:80"));
        var told = Objects.requireNonNull(orders.heard.poll(30, TimeUnit.SECONDS));
        assertThat(told.getJsonObject("body").getString("change")).isEqualTo("registered");
        assertThat(orders.closed).isNotDone();
    }

    @Test
    void a_token_is_needed_and_one_with_the_role_for_it() throws Exception {
        start("");
        var nobody = client(null);
        assertThat(nobody.refused("list", new JsonObject())).isEqualTo(401);
        assertThat(client("no-token-of-this-gateway").refused("list", new JsonObject()))
                .isEqualTo(401);

        var reader = client(READER);
        assertThat(reader.ask("list", new JsonObject()).getJsonArray("items")).isEmpty();
        assertThat(reader.refused("register", instance("a").put("address", "10.0.0.1:80")))
                .isEqualTo(403);
        assertThat(reader.refused("renew", instance("a"))).isEqualTo(403);
        assertThat(reader.refused("deregister", instance("a"))).isEqualTo(403);
    }

    @Test
    void a_token_may_be_named_once_when_the_socket_is_opened() throws Exception {
        start("");
        var greeted = connect(new WebSocketConnectOptions().putHeader("Authorization", "Bearer " + ORDERS), null);

        greeted.ask("register", instance("a").put("address", "10.0.0.1:80"));

        assertThat(gateway.node().registry().size()).isOne();
    }

    @Test
    void without_tokens_reads_are_open_and_writes_need_the_generated_one() throws Exception {
        gateway = TestGateway.startWithRegistry("registry: { bridge: \"127.0.0.1:0\" }");
        var client = client(null);

        assertThat(client.ask("list", new JsonObject()).getJsonArray("items")).isEmpty();
        assertThat(client.refused("register", instance("a").put("address", "10.0.0.1:80")))
                .isEqualTo(401);

        var token = java.nio.file.Files.readString(gateway.home().resolve("data/admin.token"))
                .strip();
        client(token).ask("register", instance("a").put("address", "10.0.0.1:80"));
    }

    @Test
    void who_listens_hears_of_every_change_in_order() throws Exception {
        start("");
        var reader = client(READER);
        reader.say(new JsonObject().put("type", "register").put("address", "gatehouse.registry.changed"));
        reader.ask("list", new JsonObject()); // messages are taken in order

        var orders = client(ORDERS);
        orders.ask("register", instance("a").put("address", "10.0.0.1:80"));
        orders.ask("deregister", instance("a"));

        var first = reader.next();
        assertThat(first.getString("type")).isEqualTo("rec");
        assertThat(first.getString("address")).isEqualTo("gatehouse.registry.changed");
        assertThat(first.getJsonObject("body").getString("change")).isEqualTo("registered");
        assertThat(first.getJsonObject("body").getJsonObject("instance").getString("id"))
                .isEqualTo("a");
        var second = reader.next().getJsonObject("body");
        assertThat(second.getString("change")).isEqualTo("deregistered");
        assertThat(second.getLong("index"))
                .isEqualTo(first.getJsonObject("body").getLong("index") + 1);

        reader.say(new JsonObject().put("type", "unregister").put("address", "gatehouse.registry.changed"));
        reader.ask("list", new JsonObject());
        orders.ask("register", instance("b").put("address", "10.0.0.1:80"));
        reader.ask("list", new JsonObject());
        assertThat(reader.heard).isEmpty();
    }

    @ParameterizedTest(name = "{0} to {1}: {2}")
    @CsvSource({
        "send,gatehouse.cache.purge,403",
        "send,gatehouse.registry.changed,403",
        "send,gatehouse.registry,403",
        "publish,gatehouse.registry.changed,403",
        "publish,gatehouse.registry.register,403",
        "register,gatehouse.registry.register,403",
        "register,gatehouse.health.changed,403",
        "register,__vertx.reply.1,403",
        "dance,gatehouse.registry.list,422",
    })
    void nothing_else_of_the_bus_is_within_reach(String type, String address, int status) throws Exception {
        start("");
        var client = client(OPS);

        client.say(new JsonObject().put("type", type).put("address", address).put("body", new JsonObject()));

        assertThat(client.next().getInteger("failureCode")).isEqualTo(status);
    }

    @Test
    void what_is_no_message_is_told_and_harms_nobody() throws Exception {
        start("");
        var client = client(ORDERS);
        var deep = "[".repeat(10_000) + "]".repeat(10_000);
        for (var text : List.of("", "null", "[]", "{", "{\"type\":5}", "{\"a\":1,\"a\":2}", "{}x", deep)) {
            client.socket.writeTextMessage(text);
            assertThat(client.next().getString("type")).as(text).isEqualTo("err");
        }
        for (var body : List.of("1", "null", "\"a\"", "[]")) {
            client.socket.writeTextMessage(
                    "{\"type\":\"send\",\"address\":\"gatehouse.registry.get\",\"replyAddress\":\"r\",\"headers\":"
                            + "{\"Authorization\":\"Bearer " + ORDERS + "\"},\"body\":" + body + "}");
            assertThat(client.next().getInteger("failureCode")).as(body).isEqualTo(422);
        }
        assertThat(client.refused("register", instance("a"))).isEqualTo(422);
        assertThat(client.refused("renew", instance("a"))).isEqualTo(404);
        assertThat(client.ask("list", new JsonObject()).getJsonArray("items")).isEmpty();
    }
}
