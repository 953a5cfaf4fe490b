package gatehouse.admin;

import static gatehouse.admin.AdminClient.JSON;
import static gatehouse.admin.AdminClient.bearer;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.admin.EventStream.Event;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EventsApiTest {
    private static final String EVENTS = "/admin/v1/events";
    private static final String OPS = "token-that-may-do-all";
    private static final String READER = "token-that-only-reads";
    private static final String CONFIG = """
            admin:
              listen: "127.0.0.1:0"
              tokens: { ops: { value: %2$s, role: admin }, reader: { value: %3$s } }
              events: { keep: 5, clients: 2 }
            services:
              orders: { registry: orders }
              dead: { targets: ["http://127.0.0.1:%1$d", "http://127.0.0.2:%1$d"], health: { passive: { failures: 1, eject: 1h } } }
            routes:
              dead: { match: { path: /dead }, to: dead, breaker: { over: 1, errors: 1%%, open: 1h } }
            """;

    private TestGateway gateway;
    private AdminClient admin;
    private int closedPort;

    @BeforeEach
    void start() throws Exception {
        closedPort = RawOrigin.closedPort();
        gateway = TestGateway.startWithRegistry(CONFIG, closedPort, OPS, READER);
        admin = AdminClient.of(gateway);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void who_watches_hears_what_happens_after_the_admin_API_was_redeployed() throws Exception {
        try (var events = watch()) {
            gateway.reload(CONFIG, closedPort, OPS, READER);
            assertThat(events.next().name()).isEqualTo("config");
            TestGateway.await(gateway.node().redeploy("admin"));
            gateway.reload(CONFIG, closedPort, OPS, READER);
            assertThat(events.next().name()).isEqualTo("config");
            register("a");
            assertThat(events.next().name()).isEqualTo("registry");
        }
    }

    @Test
    void whatever_changes_is_told_as_the_topics_of_the_bus_tell_it() throws Exception {
        try (var events = watch()) {
            gateway.reload(CONFIG, closedPort, OPS, READER);
            var reloaded = events.next();
            assertThat(reloaded.name()).isEqualTo("config");
            assertThat(reloaded.data())
                    .isEqualTo(new JsonObject()
                            .put(
                                    "snapshot",
                                    gateway.node().snapshots().current().number()));

            register("a");
            var registered = events.next();
            assertThat(registered.name()).isEqualTo("registry");
            assertThat(registered.data().fieldNames())
                    .containsExactly("index", "domain", "service", "change", "instance");
            assertThat(registered.data().getString("change")).isEqualTo("registered");

            admin.send(
                    "PUT",
                    "/admin/v1/services/orders/targets/10.0.0.1:80",
                    "{\"state\":\"draining\",\"weight\":2}",
                    JSON,
                    bearer(OPS));
            var drained = events.next();
            assertThat(drained.name()).isEqualTo("admin");
            assertThat(drained.data())
                    .isEqualTo(new JsonObject("{\"by\":\"ops\",\"what\":\"target\",\"change\":{\"service\":\"orders\","
                            + "\"target\":\"10.0.0.1:80\",\"state\":\"draining\",\"weight\":2}}"));

            admin.send("POST", "/admin/v1/cache/purge", "{\"all\":true}", JSON, bearer(OPS));
            var told = List.of(events.next(), events.next()); // in whichever order
            assertThat(told)
                    .extracting(event -> event.name()
                            + event.data().getValue("all")
                            + event.data().getString("what"))
                    .containsExactlyInAnyOrder("purgetruenull", "adminnullpurge");
        }
    }

    @Test
    void a_target_that_is_ejected_and_a_breaker_that_opens_are_told() throws Exception {
        try (var events = watch()) {
            assertThat(RawClient.get(gateway.port(), "/dead").status()).isGreaterThanOrEqualTo(500);

            var told = List.of(events.next(), events.next());

            var health =
                    told.stream().filter(event -> event.name().equals("health")).findFirst();
            assertThat(health).isPresent();
            assertThat(health.get().data().fieldNames()).containsExactly("service", "target", "state", "why");
            assertThat(health.get().data().getString("service")).isEqualTo("dead");
            assertThat(health.get().data().getString("state")).isEqualTo("ejected");
            var breaker = told.stream()
                    .filter(event -> event.name().equals("breaker"))
                    .findFirst();
            assertThat(breaker).isPresent();
            assertThat(breaker.get().data())
                    .isEqualTo(new JsonObject("{\"route\":\"dead\",\"service\":\"dead\",\"state\":\"open\","
                            + "\"why\":\"1 of the last 1 requests failed\"}"));
        }
    }

    @Test
    void a_purge_that_is_told_on_the_bus_is_told() throws Exception {
        try (var events = watch()) {
            gateway.vertx().eventBus().publish("gatehouse.cache.purge", new JsonObject().put("all", true));

            assertThat(events.next()).isEqualTo(new Event("purge", events.lastId(), new JsonObject("{\"all\":true}")));
        }
    }

    @Test
    void a_client_that_was_away_gets_what_it_missed() throws Exception {
        String id;
        try (var events = watch()) {
            register("a");
            events.next();
            id = events.lastId();
        }
        register("b");
        register("c");

        try (var events = watch("Last-Event-ID: " + id)) {
            assertThat(events.next(2)).containsExactly("registry b", "registry c");
        }
    }

    @Test
    void a_client_that_was_away_for_too_long_is_told_so_and_gets_what_is_kept() throws Exception {
        String id;
        try (var events = watch()) {
            register("first");
            events.next();
            id = events.lastId();
        }
        for (var i = 0; i < 7; i++) {
            register("i" + i);
        }
        var run = id.substring(0, id.lastIndexOf('-') + 1);

        for (var old : List.of(id, "another-life-3", "", run, run + "x", run + "99", run + "9".repeat(40), "\u00e9")) {
            try (var events = watch("Last-Event-ID: " + old)) {
                var missed = events.next();
                assertThat(missed.name()).as(old).isEqualTo("missed");
                assertThat(missed.data()).isEqualTo(new JsonObject().put("kept", 5));
                assertThat(events.next(5))
                        .containsExactly("registry i2", "registry i3", "registry i4", "registry i5", "registry i6");
            }
        }
    }

    @Test
    void who_watches_needs_a_token_that_reads() throws Exception {
        assertThat(admin.get(EVENTS).status()).isEqualTo(401);
        assertThat(admin.send("HEAD", EVENTS, "", bearer(READER)).status()).isEqualTo(200);
        assertThat(admin.send("POST", EVENTS, "{}", JSON, bearer(OPS)).status()).isEqualTo(405);
    }

    @Test
    void there_are_only_so_many_who_watch_and_one_that_leaves_makes_room() throws Exception {
        try (var one = watch();
                var two = watch()) {
            var refused = admin.get(EVENTS, bearer(READER));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            register("a");
            assertThat(one.next().id()).isEqualTo(two.next().id());
        }
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!mayWatch()) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
    }

    @Test
    void a_client_that_does_not_read_is_let_go_and_keeps_nobody_else_waiting() throws Exception {
        var lines = new ArrayList<String>();
        try (var lazy = RawClient.connect(gateway.adminPort(), 4096)
                        .send(RawClient.request("GET", EVENTS, bearer(READER)));
                var events = watch()) {
            assertThat(lazy.readHead().raw()).startsWith("HTTP/1.1 200");
            var filling = new JsonObject().put("prefix", "x".repeat(400_000));
            for (var i = 0; i < 50; i++) { // more than kernels buffer
                gateway.vertx().eventBus().publish("gatehouse.cache.purge", filling);
                lines.add(events.next().name());
            }
            assertThat(lines).containsOnly("purge").hasSize(50);
            var left = 0;
            try {
                while (lazy.readBytes(4096).length > 0) {
                    left += 4096;
                }
            } catch (IOException reset) {
                assertThat(reset).isNotInstanceOf(SocketTimeoutException.class);
            }
            assertThat(left).isLessThan(18_000_000);
        }
    }

    private boolean mayWatch() throws IOException {
        try (var client =
                RawClient.connect(gateway.adminPort()).send(RawClient.request("GET", EVENTS, bearer(READER)))) {
            return client.readHead().raw().startsWith("HTTP/1.1 200");
        }
    }

    private EventStream watch(String... fields) throws Exception {
        var all = new ArrayList<>(List.of(fields));
        all.add(bearer(READER));
        var events = open(all.toArray(String[]::new));
        // another request, so that the event loop has seen what came before it
        RawClient.get(gateway.adminPort(), "/health/live");
        return events;
    }

    /** Once those who left are seen to have gone. */
    private EventStream open(String... fields) throws IOException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                return EventStream.open(gateway.adminPort(), EVENTS, fields);
            } catch (IOException full) {
                assertThat(System.nanoTime()).isLessThan(end);
            }
        }
    }

    private void register(String id) throws Exception {
        assertThat(admin.send(
                                "PUT",
                                "/registry/v1/default/services/orders/instances/" + id,
                                "{\"address\":\"10.0.0.1:80\"}",
                                JSON,
                                bearer(OPS))
                        .status())
                .isEqualTo(201);
    }
}
