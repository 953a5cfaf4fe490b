package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import gatehouse.service.LoadStatus;
import gatehouse.service.Shedding;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What a client notices of a service that has no room: the line before it and its end. All on one of two event loops. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class OverloadTest {
    private static TestGateway gateway;

    private final Semaphore answers = new Semaphore(0);
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start("services: {}");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void closeAll() throws Exception {
        answers.release(1000);
        for (var each : open) {
            each.close();
        }
        awaitLoad(load -> load.inFlight() == 0 && load.waiting() == 0);
    }

    /** An origin that answers with the path of the request, one request for each permit. */
    private RawOrigin origin() throws IOException {
        var origin = RawOrigin.answering(exchange -> {
            exchange.body();
            answers.acquireUninterruptibly();
            exchange.reply("200 OK", exchange.target());
        });
        open.add(origin);
        return origin;
    }

    /** Keys of the service, and of its one route. */
    private static void forward(String keys, String route, String targets) throws Exception {
        gateway.reload("""
                services: { origin: { targets: [ %s ], %s } }
                routes:   { all: { match: { path: "/**" }, to: origin, retry: null, %s } }
                """, targets, keys, route);
    }

    private static String quoted(RawOrigin origin) {
        return '"' + origin.url() + '"';
    }

    /** A client of the one event loop: each gets every second connection. */
    private RawClient client() throws IOException {
        var client = gateway.client();
        open.add(client);
        open.add(gateway.client());
        return client;
    }

    private RawClient sending(String path) throws IOException {
        return client().send(RawClient.request("GET", path));
    }

    private static LoadStatus load() {
        return gateway.node().snapshots().current().services().get("origin").load();
    }

    private static void awaitLoad(Predicate<LoadStatus> wanted) {
        Waiting.until("the load that is wanted", () -> wanted.test(load()));
    }

    private static void assertOverload(RawResponse response) throws IOException {
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.header("Retry-After")).isEqualTo("1");
        assertThat(response.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(response.text()).contains("urn:gatehouse:problem:overload");
    }

    private static final String ONE_AT_A_TIME = "concurrency: { max: 2, adaptive: false }";

    @ParameterizedTest
    @ValueSource(strings = {"own", "web-proxy"})
    void those_beyond_the_limit_wait_in_line_and_those_beyond_the_line_are_refused(String carrier) throws Exception {
        var origin = origin();
        var logger = (Logger) LoggerFactory.getLogger(Shedding.class);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        logger.addAppender(lines);
        forward(
                ONE_AT_A_TIME + ", pool: { pending: 4, wait: 60s }, forwarder: " + carrier,
                "timeout: {}",
                quoted(origin));
        var first = sending("/1");
        origin.awaitRequests(1);
        var second = sending("/2");
        awaitLoad(load -> load.waiting() == 1);
        var third = sending("/3");
        awaitLoad(load -> load.waiting() == 2);
        assertOverload(sending("/4").read());
        assertThat(load().inFlight()).isEqualTo(1);
        assertThat(origin.requests()).hasSize(1);

        awaitLoad(load -> lines.list.size() == 1);
        logger.detachAppender(lines);
        assertThat(lines.list.get(0).getFormattedMessage())
                .isEqualTo("service origin has no room: requests are answered 503");

        answers.release(3);
        assertThat(List.of(
                        first.read().text(), second.read().text(), third.read().text()))
                .containsExactly("/1", "/2", "/3");
        assertThat(origin.requests()).extracting(request -> request.target()).containsExactly("/1", "/2", "/3");
    }

    @Test
    void nobody_waits_longer_than_allowed_and_nobody_is_blamed() throws Exception {
        var origin = origin();
        forward(ONE_AT_A_TIME + ", pool: { wait: 100ms }", "breaker: { over: 1, errors: 1% }", quoted(origin));
        var first = sending("/1");
        origin.awaitRequests(1);
        for (var i = 0; i < 3; i++) {
            assertOverload(sending("/late").read());
        }
        answers.release(2);
        assertThat(first.read().status()).isEqualTo(200);
        assertThat(sending("/2").read().status()).isEqualTo(200);
        assertThat(origin.requests()).hasSize(2);
        var target = gateway.node()
                .snapshots()
                .current()
                .services()
                .get("origin")
                .targets()
                .get(0);
        assertThat(target.failures()).isZero();
    }

    @Test
    void a_client_that_leaves_takes_its_place_out_of_the_line() throws Exception {
        var origin = origin();
        forward(ONE_AT_A_TIME + ", pool: { pending: 2, wait: 60s }", "timeout: {}", quoted(origin));
        var first = sending("/1");
        origin.awaitRequests(1);
        var second = sending("/2");
        awaitLoad(load -> load.waiting() == 1);
        second.reset();
        awaitLoad(load -> load.waiting() == 0);
        var third = sending("/3");
        awaitLoad(load -> load.waiting() == 1);
        answers.release(2);
        assertThat(first.read().text()).isEqualTo("/1");
        assertThat(third.read().text()).isEqualTo("/3");
        assertThat(origin.requests()).hasSize(2);
    }

    @Test
    void the_deadline_of_the_whole_exchange_counts_in_line_too() throws Exception {
        var origin = origin();
        gateway.reload("""
                services: { origin: { targets: [ %s ], %s, pool: { wait: 60s } } }
                routes:
                  all:  { match: { path: "/**" }, to: origin, retry: null }
                  soon: { match: { path: /soon }, to: origin, retry: null, timeout: { total: 300ms } }
                """, quoted(origin), ONE_AT_A_TIME);
        var first = sending("/1");
        origin.awaitRequests(1);
        var second = sending("/soon").read();
        assertThat(second.status()).isEqualTo(504);
        assertThat(second.text()).contains("total-timeout");
        answers.release(1);
        assertThat(first.read().status()).isEqualTo(200);
        assertThat(origin.requests()).hasSize(1);
    }

    @Test
    void a_full_target_is_passed_over_while_another_has_room() throws Exception {
        var held = origin();
        try (var quick = RawOrigin.answering("quick")) {
            forward("pool: { max: 2, wait: 60s }", "timeout: {}", quoted(held) + ", " + quoted(quick));
            var first = sending("/1"); // the first turn is the first target's
            held.awaitRequests(1);
            var texts = new ArrayList<String>();
            for (var i = 0; i < 10; i++) {
                texts.add(sending("/2").read().text());
            }
            assertThat(held.requests()).hasSize(1);
            assertThat(texts).hasSize(10).containsOnly("quick");
            answers.release(1);
            assertThat(first.read().text()).isEqualTo("/1");
        }
    }

    @Test
    void a_request_that_belongs_to_a_target_waits_for_it() throws Exception {
        var one = origin();
        var two = origin();
        forward("balance: ipHash, pool: { max: 2, wait: 60s }", "timeout: {}", quoted(one) + ", " + quoted(two));
        var first = sending("/1");
        awaitLoad(load -> load.inFlight() == 1);
        var second = sending("/2");
        awaitLoad(load -> load.waiting() == 1);
        answers.release(2);
        assertThat(first.read().text()).isEqualTo("/1");
        assertThat(second.read().text()).isEqualTo("/2");
        assertThat(one.requests().size() * two.requests().size()).isZero();
    }

    @Test
    void under_several_times_the_load_every_place_that_comes_free_is_used_and_after_it_all_is_as_before()
            throws Exception {
        var origin = origin();
        forward(
                "concurrency: { max: 8, adaptive: false }, pool: { pending: 8, wait: 60s }",
                "timeout: {}",
                quoted(origin));
        for (var round = 1; round <= 3; round++) {
            var clients = new ArrayList<RawClient>();
            for (var i = 0; i < 40; i++) {
                clients.add(gateway.client());
            }
            open.addAll(clients);
            for (var client : clients.subList(0, 16)) {
                client.send(RawClient.request("GET", "/"));
            }
            awaitLoad(load -> load.inFlight() == 8 && load.waiting() == 8);
            for (var client : clients.subList(16, 40)) {
                assertOverload(client.send(RawClient.request("GET", "/")).read());
            }
            answers.release(16);
            for (var client : clients.subList(0, 16)) {
                assertThat(client.read().status()).isEqualTo(200);
            }
            awaitLoad(load -> load.inFlight() == 0 && load.waiting() == 0);
        }
        answers.release(1);
        assertThat(sending("/after").read().text()).isEqualTo("/after");
        assertThat(load().limit()).isEqualTo(8);
    }

    @Test
    void a_limit_that_grows_lets_those_in_line_go() throws Exception {
        try (var origin = RawOrigin.answering(exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
            exchange.hang();
        })) {
            forward(
                    "concurrency: { start: 2, max: 40 }, pool: { wait: 60s }",
                    "limits: { streaming: true }",
                    quoted(origin));
            // streams that never end: each head lets one more in
            for (var i = 0; i < 10; i++) {
                assertThat(sending("/" + i).readHead().startLine()).isEqualTo("HTTP/1.1 200 OK");
            }
            assertThat(load().inFlight()).isEqualTo(10);
            assertThat(load().limit()).isGreaterThan(10);
            for (var each : open) {
                each.close();
            }
        }
    }
}
