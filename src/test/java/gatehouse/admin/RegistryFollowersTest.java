package gatehouse.admin;

import static gatehouse.admin.AdminClient.object;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.registry.InstanceName;
import gatehouse.registry.Registrant;
import gatehouse.registry.Registry;
import gatehouse.registry.ServiceName;
import gatehouse.registry.Submission;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RegistryFollowersTest {
    private static final Registrant OPS = new Registrant("ops", true);
    private static final String ORDERS = "/registry/v1/default/services/orders";
    private static final String WATCH = "/registry/v1/default/watch";

    private TestGateway gateway;
    private Registry registry;

    @BeforeEach
    void start() throws Exception {
        gateway = TestGateway.startWithRegistry("registry: { log: 20, followers: 2, limits: { writes: 100000 } }");
        registry = gateway.node().registry();
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void there_may_be_as_many_as_are_allowed() throws Exception {
        List<RawClient> open = new ArrayList<>();
        try (var many = TestGateway.startWithRegistry("registry: { followers: 300 }")) {
            for (var i = 0; i < 300; i++) {
                open.add(RawClient.connect(many.adminPort()));
                assertThat(open.get(i)
                                .send(RawClient.request("GET", WATCH))
                                .readHead()
                                .startLine())
                        .contains("200");
            }
            assertThat(RawClient.get(many.adminPort(), WATCH).status()).isEqualTo(503);
        } finally {
            for (var client : open) {
                client.close();
            }
        }
    }

    @Test
    void without_an_index_the_answer_comes_at_once() throws Exception {
        var answer = RawClient.get(gateway.adminPort(), ORDERS + "?wait=60s");

        assertThat(object(answer).getLong("index")).isEqualTo(registry.index());
        assertThat(answer.header("X-Index")).isEqualTo(Long.toString(registry.index()));
    }

    @Test
    void with_an_index_the_answer_comes_with_the_next_change_of_the_service() throws Exception {
        register("orders", "a");
        var waiting = ask(ORDERS + "?index=" + registry.index() + "&wait=60s");
        register("users", "u");
        assertThat(waiting).isNotDone();

        register("orders", "b");

        var answer = object(waiting.get(30, TimeUnit.SECONDS));
        assertThat(answer.getJsonArray("items")).hasSize(2);
        assertThat(answer.getLong("index")).isEqualTo(registry.index());
    }

    @Test
    void what_changed_before_is_answered_at_once() throws Exception {
        var before = registry.index();
        register("orders", "a");
        register("users", "u");

        assertThat(items(ORDERS + "?index=" + before + "&wait=60s")).isOne();
    }

    @Test
    void a_service_whose_last_instance_went_is_a_change() throws Exception {
        register("orders", "a");
        var waiting = ask(ORDERS + "?index=" + registry.index() + "&wait=60s");

        registry.deregister(name("orders", "a"), null, OPS);

        assertThat(object(waiting.get(30, TimeUnit.SECONDS)).getJsonArray("items"))
                .isEmpty();
    }

    @Test
    void an_index_that_is_forgotten_or_of_another_life_is_answered_at_once() throws Exception {
        var old = registry.index();
        for (var i = 0; i < 30; i++) {
            register("users", "u" + i);
        }

        assertThat(items(ORDERS + "?index=" + old + "&wait=60s")).isZero();
        assertThat(items(ORDERS + "?index=" + (registry.index() + 7) + "&wait=60s"))
                .isZero();
    }

    @Test
    void when_the_wait_is_over_the_answer_is_what_there_is() throws Exception {
        register("orders", "a");

        assertThat(items(ORDERS + "?index=" + registry.index() + "&wait=50ms")).isOne();
    }

    @Test
    void a_watch_begins_with_all_there_is_and_goes_on_with_what_changes() throws Exception {
        register("orders", "a");
        register("users", "u");
        try (var events = EventStream.open(gateway.adminPort(), WATCH)) {
            assertThat(events.next(4)).containsExactly("reset", "known a", "known u", "current");

            register("orders", "b");
            registry.deregister(name("orders", "a"), null, OPS);

            var registered = events.next();
            assertThat(registered.brief()).isEqualTo("registered b");
            assertThat(registered.data().getString("service")).isEqualTo("orders");
            assertThat(registered.data().getLong("index")).isEqualTo(registry.index() - 1);
            assertThat(events.next().brief()).isEqualTo("deregistered a");
        }
    }

    @Test
    void a_watch_is_resumed_behind_the_last_event() throws Exception {
        register("orders", "a");
        String id;
        try (var events = EventStream.open(gateway.adminPort(), WATCH)) {
            events.next(3);
            id = events.lastId();
        }
        register("orders", "b");
        register("orders", "c");

        try (var events = EventStream.open(gateway.adminPort(), WATCH, "Last-Event-ID: " + id)) {
            assertThat(events.next(2)).containsExactly("registered b", "registered c");
        }
    }

    @Test
    void a_watch_that_missed_more_than_is_remembered_begins_anew() throws Exception {
        String id;
        try (var events = EventStream.open(gateway.adminPort(), WATCH)) {
            events.next(2);
            id = events.lastId();
        }
        for (var i = 0; i < 30; i++) {
            register("orders", "a");
            registry.deregister(name("orders", "a"), null, OPS);
        }
        register("orders", "z");

        try (var events = EventStream.open(gateway.adminPort(), WATCH, "Last-Event-ID: " + id)) {
            assertThat(events.next(3)).containsExactly("reset", "known z", "current");
        }
        var run = id.substring(0, id.lastIndexOf('-') + 1);
        for (var other : List.of("another-life-7", "", run, run + "x", run + "9".repeat(18), run + "9".repeat(99))) {
            try (var events = resume(other)) { // as many as would fill all places, if one were not given back
                assertThat(events.next(3)).as(other).containsExactly("reset", "known z", "current");
            }
        }
    }

    @Test
    void a_watch_sees_its_domain_alone_and_one_service_where_it_says_so() throws Exception {
        try (var all = EventStream.open(gateway.adminPort(), WATCH);
                var users = EventStream.open(gateway.adminPort(), WATCH + "?service=users")) {
            all.next(2);
            users.next(2);
            registerIn("other", "orders", "x");
            register("orders", "a");
            register("users", "u");

            assertThat(all.next(2)).containsExactly("registered a", "registered u");
            assertThat(users.next(1)).containsExactly("registered u");
        }
    }

    @Test
    void there_are_only_so_many_who_follow_and_one_that_leaves_makes_room() throws Exception {
        try (var one = EventStream.open(gateway.adminPort(), WATCH);
                var two = EventStream.open(gateway.adminPort(), WATCH)) {
            one.next();
            two.next();
            var refused = RawClient.get(gateway.adminPort(), WATCH);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(RawClient.get(gateway.adminPort(), ORDERS).status())
                    .as("who does not wait")
                    .isEqualTo(200);
        }
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (RawClient.get(gateway.adminPort(), ORDERS + "?index=" + registry.index() + "&wait=1ms")
                        .status()
                != 200) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }

    @Test
    void when_the_node_ends_who_waits_is_answered_and_streams_end_in_order() throws Exception {
        register("orders", "a");
        try (var watch = open(WATCH);
                var events = open("/admin/v1/events")) {
            var waiting = ask(ORDERS + "?index=" + registry.index() + "&wait=60s");

            TestGateway.await(gateway.node().stop());

            assertThat(object(waiting.get(30, TimeUnit.SECONDS)).getJsonArray("items"))
                    .hasSize(1);
            assertThat(new String(watch.readAll(), StandardCharsets.US_ASCII)).endsWith("\r\n0\r\n\r\n");
            assertThat(new String(events.readAll(), StandardCharsets.US_ASCII)).endsWith("\r\n0\r\n\r\n");
        }
    }

    @Test
    void while_the_node_drains_nobody_begins_to_wait_but_lists_are_read() throws Exception {
        try (var origin = RawOrigin.answering(gatehouse.testing.Answers.hang("in time"))) {
            gateway.reload("""
                    services: { slow: { targets: [ "%s" ] } }
                    routes: { all: { match: { path: "/**" }, to: slow } }
                    """, origin.url());
            register("orders", "a");
            var waiting = ask(ORDERS + "?index=" + registry.index() + "&wait=60s");
            try (var client = gateway.client().send(RawClient.request("GET", "/"))) {
                origin.awaitRequests(1);

                var ended = gateway.node().stop();

                assertThat(object(waiting.get(30, TimeUnit.SECONDS)).getJsonArray("items"))
                        .hasSize(1);
                var refused = RawClient.get(gateway.adminPort(), ORDERS + "?wait=60s&index=" + registry.index());
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.header("Retry-After")).isEqualTo("1");
                assertThat(items(ORDERS)).isOne();
                assertThat(ended.isComplete()).isFalse();
                origin.release();
                assertThat(client.read().text()).isEqualTo("in time");
                TestGateway.await(ended);
            }
        }
    }

    private RawClient open(String path) throws IOException {
        var client = RawClient.connect(gateway.adminPort()).send(RawClient.request("GET", path));
        client.readHead();
        return client;
    }

    /** Once the one before is seen to have gone. */
    private EventStream resume(String lastId) throws IOException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                return EventStream.open(gateway.adminPort(), WATCH, "Last-Event-ID: " + lastId);
            } catch (IOException full) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
        }
    }

    private void register(String service, String id) {
        registerIn("default", service, id);
    }

    private void registerIn(String domain, String service, String id) {
        var name = new InstanceName(new ServiceName(domain, service), id);
        registry.register(Submission.registration(name, Map.of("address", "10.0.0.1:80"), registry.config()), OPS);
    }

    private static InstanceName name(String service, String id) {
        return new InstanceName(new ServiceName("default", service), id);
    }

    private int items(String path) throws Exception {
        return object(RawClient.get(gateway.adminPort(), path))
                .getJsonArray("items")
                .size();
    }

    private CompletableFuture<RawResponse> ask(String path) throws Exception {
        var client = RawClient.connect(gateway.adminPort()).send(RawClient.request("GET", path));
        // another one, so that the event loop has seen what came before it
        RawClient.get(gateway.adminPort(), "/health/live");
        return CompletableFuture.supplyAsync(() -> {
            try (client) {
                return client.read();
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }
}
