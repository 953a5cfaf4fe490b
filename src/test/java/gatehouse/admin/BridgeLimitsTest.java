package gatehouse.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** How much of the bridge a client may have, and from where. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BridgeLimitsTest extends BridgeCase {
    private static final String UPGRADE = RawClient.request(
            "GET",
            "/eventbus/websocket",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");

    @Test
    void a_message_may_be_64_KiB_and_what_is_much_more_ends_the_connection() throws Exception {
        start("");
        var client = client(ORDERS);
        client.socket.writeTextMessage("{\"a\":\"" + "x".repeat(70_000) + "\"}");
        assertThat(client.next().getInteger("failureCode")).isEqualTo(413);

        client.socket.writeTextMessage("{\"a\":\"" + "x".repeat(500_000) + "\"}");
        client.closed.get(30, TimeUnit.SECONDS);
    }

    @Test
    void quotas_hold_for_the_token() throws Exception {
        start("limits: { writes: 3, metadata: 1KiB, instances: 100 }");
        var orders = client(ORDERS);
        var metadata = new JsonObject().put("x", "y".repeat(2000));
        assertThat(orders.refused(
                        "register", instance("a").put("address", "10.0.0.1:80").put("metadata", metadata)))
                .isEqualTo(422);
        orders.ask("register", instance("a").put("address", "10.0.0.1:80"));
        var another = client(ORDERS);
        var answer = new JsonObject();
        for (var i = 0; i < 90 && !answer.containsKey("failureCode"); i++) { // a second allows more, but not so many
            another.say(another.question("register", instance("i" + i).put("address", "10.0.0.1:80")));
            answer = another.next();
        }
        assertThat(answer.getInteger("failureCode")).isEqualTo(429);
        client(USERS).ask("register", instance("c").put("address", "10.0.0.1:80"));
    }

    @Test
    void the_gateways_own_ports_and_so_that_of_the_bridge_can_not_be_registered() throws Exception {
        start("");
        var own = instance("a").put("address", "127.0.0.1:" + gateway.bridgePort());

        assertThat(client(ORDERS).refused("register", own)).isEqualTo(422);
    }

    @Test
    void who_is_silent_or_shows_no_token_is_let_go() throws Exception {
        start("bridge: { listen: \"127.0.0.1:0\", idle: 1s }");
        var silent = client(ORDERS);
        silent.ask("list", new JsonObject());
        var nobody = client(null);
        var pinger = gateway.vertx().setPeriodic(50, due -> nobody.socket.writeTextMessage("{\"type\":\"ping\"}"));

        silent.closed.get(30, TimeUnit.SECONDS);
        nobody.closed.get(30, TimeUnit.SECONDS);
        gateway.vertx().cancelTimer(pinger);
    }

    @Test
    void there_are_only_so_many_clients_and_one_that_takes_nothing_makes_room() throws Exception {
        start("limits: { writes: 10000 }, bridge: { listen: \"127.0.0.1:0\", clients: 1 }");
        var lazy = client(ORDERS);
        var metadata = new JsonObject().put("x", "y".repeat(8000));
        for (var i = 0; i < 100; i++) {
            lazy.ask("register", instance("i" + i).put("address", "10.0.0.1:80").put("metadata", metadata));
        }
        assertThat(get("/eventbus/info").status()).isEqualTo(503);

        lazy.socket.pause();
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (get("/eventbus/info").status() == 503) {
            lazy.say(lazy.question("get", new JsonObject().put("name", "orders")));
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }

    @Test
    void clients_that_came_and_went_take_nobodys_place() throws Exception {
        start("bridge: { listen: \"127.0.0.1:0\", clients: 20 }");
        for (var i = 0; i < Connections.MOST + 30; i++) {
            try (var client = RawClient.connect(gateway.bridgePort())) {
                assertThat(client.send(UPGRADE).read().status())
                        .as("client %d", i)
                        .isIn(101, 503);
            }
        }
    }

    @Test
    void there_may_be_as_many_clients_as_are_allowed() throws Exception {
        start("bridge: { listen: \"127.0.0.1:0\", clients: 300 }");
        List<RawClient> open = new ArrayList<>();
        try {
            for (var i = 0; i < 300; i++) {
                open.add(RawClient.connect(gateway.bridgePort()));
                assertThat(open.get(i).send(UPGRADE).read().status()).isEqualTo(101);
            }
            assertThat(get("/eventbus/info").status()).isEqualTo(503);
        } finally {
            for (var client : open) {
                client.close();
            }
        }
    }

    @Test
    void pages_of_other_sites_and_other_transports_are_refused() throws Exception {
        start("");
        assertThat(get("/eventbus/info").status()).isEqualTo(200);
        assertThat(get("/eventbus/info", "Origin: https://evil.test").status()).isEqualTo(403);
        assertThat(get("/eventbus/websocket", "Origin: https://evil.test").status())
                .isEqualTo(403);
        for (var path :
                List.of("/", "/eventbus", "/eventbus/iframe.html", "/eventbus/0/1/xhr", "/eventbus/0/1/jsonp")) {
            assertThat(get(path).status()).as(path).isEqualTo(404);
        }
        try (var client = RawClient.connect(gateway.bridgePort())) {
            assertThat(client.send("GET /eventbus/info HTTP/1.1\r\nHost: evil.test\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(421);
        }
    }

    @Test
    void on_another_address_than_loopback_there_has_to_be_a_token() {
        assertThatThrownBy(() -> TestGateway.startWithRegistry("registry: { bridge: \"0.0.0.0:0\" }"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("registry.bridge.listen")
                .hasMessageContaining("at least one entry in admin.tokens");
    }
}
