package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TimeoutsTest extends SceneCase {
    TimeoutsTest() {
        super("""
                services: { origin: { targets: "%s", pool: { max: 1 } } }
                routes:
                  all:   { match: { path: "/**" }, to: origin,
                           timeout: { connect: 300ms, firstByte: 300ms, idle: 400ms, total: 10s }, retry: null }
                  slowly: { match: { path: /slowly }, to: origin,
                           timeout: { connect: 10s, firstByte: 300ms, idle: 10s, total: 20s }, retry: null }
                  after: { match: { path: /afterwards }, to: origin }
                  total: { match: { path: /total }, to: origin,
                           timeout: { connect: 10s, firstByte: 10s, idle: 10s, total: 400ms }, retry: null }
                """);
    }

    @Test
    void a_target_that_does_not_answer_is_a_gateway_timeout_RFC_9110_15_6_5() throws IOException {
        scene.answering(Answers.hang("late"));
        var begin = System.nanoTime();
        assertTimeout(scene.exchange(RawClient.request("GET", "/")), "first-byte-timeout");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(270));
        scene.lastRequest().connection().awaitClosed();
        scene.awaitNothingInFlight();
    }

    @Test
    void zero_is_no_limit() throws Exception {
        try (var patient = Scene.start("""
                services: { origin: { targets: "%s", pool: { max: 10 } } }
                routes:
                  none: { match: { path: /none }, to: origin, timeout: { firstByte: 0s, idle: 0s, total: 0s } }
                  some: { match: { path: /some }, to: origin, timeout: { total: 100ms } }
                """)) {
            patient.answering(Answers.hang("late"));
            try (var client = patient.client()) {
                client.send("POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n");
                assertTimeout(patient.exchange(RawClient.request("GET", "/some")), "total-timeout");
                client.send("a");
                assertTimeout(patient.exchange(RawClient.request("GET", "/some")), "total-timeout");
                patient.origin().release();
                assertThat(client.read().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void the_first_byte_is_waited_for_from_the_last_byte_sent() throws IOException {
        scene.answering(Answers.hang("late"));
        try (var client = scene.client()) {
            client.send(RawClient.request("POST", "/slowly", "Content-Length: 3"));
            for (var i = 0; i < 3; i++) {
                java.util.concurrent.locks.LockSupport.parkNanos(
                        Duration.ofMillis(150).toNanos());
                client.send("a");
            }
            assertTimeout(client.read(), "first-byte-timeout");
        }
    }

    @Test
    void an_answer_that_stops_is_cut_off() throws IOException {
        scene.answering(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
            exchange.hang();
        });
        try (var client = scene.client()) {
            var response = client.send(RawClient.request("GET", "/")).read();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.isComplete()).isFalse();
            assertThat(client.closedByPeer()).isTrue();
        }
        scene.lastRequest().connection().awaitClosed();
        scene.awaitNothingInFlight();
    }

    @Test
    void a_request_that_stops_is_408_and_ends_the_connection_RFC_9110_15_5_9() throws IOException {
        try (var client = scene.client()) {
            client.send(RawClient.request("POST", "/", "Content-Length: 100000") + "a".repeat(20_000));
            var response = client.read();
            Refusals.assertProblem(response, 408);
            assertThat(response.header("connection")).isEqualToIgnoringCase("close");
            assertThat(client.closedByPeer()).isTrue();
        }
        scene.lastRequest().connection().awaitClosed();
    }

    @Test
    void each_stream_whose_body_stops_is_408_and_the_others_go_on_RFC_9113_5_4_2() throws Exception {
        try (var wide = Scene.start("""
                services: { origin: { targets: "%s", pool: { max: 64 } } }
                routes: { all: { match: { path: "/**" }, to: origin, timeout: { idle: 2s }, retry: null } }
                """);
                var client = new RawHttp2(wide.client())) {
            for (var i = 0; i < 10; i++) {
                client.post(1 + 2 * i, "/stops").data(1 + 2 * i, false, "half a");
            }
            assertThat(client.get(21, "/").outcome(21).status()).isEqualTo("200");
            for (var seen = 0; seen < 10; seen++) {
                var head = client.await(RawHttp2.HEADERS);
                assertThat(head.stream()).isLessThan(21);
            }
            wide.awaitNothingInFlight();
            assertThat(wide.origin().requests())
                    .noneMatch(request -> request.target().equals("/stops"));
            assertThat(client.get(23, "/").outcome(23).status()).isEqualTo("200");
        }
    }

    @Test
    void a_client_that_stops_reading_loses_its_connection() throws IOException {
        var part = new byte[64 * 1024];
        scene.answering(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: " + 400L * part.length + "\r\n\r\n");
            for (var i = 0; i < 400; i++) {
                exchange.send(part);
            }
        });
        try (var client = RawClient.connect(scene.gateway().port(), 16 * 1024)) {
            client.send(RawClient.request("GET", "/")).readHead();
            scene.lastRequest().connection().awaitClosed();
            scene.awaitNothingInFlight();
            assertThat(readToTheEnd(client)).isLessThan(400L * part.length);
        }
    }

    @Test
    void a_target_that_stops_reading_is_a_gateway_timeout() throws Exception {
        try (var slow = Scene.withRoute("limits: { body: 1GiB }, timeout: { idle: 1s }, retry: null")) {
            slow.origin().readingAtMost(1000);
            try (var client = slow.client()) {
                client.send(RawClient.request("POST", "/", "Content-Length: 30000000"));
                var sent = client.sendInBackground(new byte[30_000_000]);
                assertTimeout(client.read(), "idle-timeout");
                Waiting.until("end of sending", sent::isDone);
            }
            slow.origin().release();
            slow.awaitNothingInFlight();
        }
    }

    private static long readToTheEnd(RawClient client) {
        var all = 0L;
        try {
            for (var part = client.readBytes(8192); part.length > 0; part = client.readBytes(8192)) {
                all += part.length;
            }
        } catch (IOException reset) {
            return all;
        }
        return all;
    }

    @Test
    void the_whole_exchange_has_a_deadline_before_an_answer() throws IOException {
        scene.answering(Answers.hang("late"));
        assertTimeout(scene.exchange(RawClient.request("GET", "/total")), "total-timeout");
    }

    @Test
    void the_whole_exchange_has_a_deadline_however_much_moves() throws IOException {
        scene.answering(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            for (var i = 0; i < 1000 && !exchange.connection().isClosedByPeer(); i++) {
                exchange.send("a");
                java.util.concurrent.locks.LockSupport.parkNanos(
                        Duration.ofMillis(20).toNanos());
            }
        });
        var response = scene.exchange(RawClient.request("GET", "/total"));
        assertThat(response.isComplete()).isFalse();
        scene.lastRequest().connection().awaitClosed();
    }

    @Test
    void a_place_in_the_pool_that_does_not_come_free_is_overload_and_no_fault_of_the_target() throws IOException {
        scene.answering(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < 1000 && !exchange.connection().isClosedByPeer(); i++) {
                exchange.send("1\r\na\r\n");
                java.util.concurrent.locks.LockSupport.parkNanos(
                        Duration.ofMillis(20).toNanos());
            }
        });
        try (var first = scene.client();
                var second = scene.client();
                var third = scene.client();
                var fourth = scene.client()) {
            var failures = failuresOfTargets();
            first.send(RawClient.request("GET", "/")).readHead();
            second.send(RawClient.request("GET", "/")).readHead();
            assertOverload(third.send(RawClient.request("GET", "/")).read());
            assertOverload(fourth.send(RawClient.request("GET", "/")).read());
            assertThat(failuresOfTargets()).isEqualTo(failures);
        }
    }

    private long failuresOfTargets() {
        return scene.gateway().node().snapshots().current().services().values().stream()
                .flatMap(service -> service.targets().stream())
                .mapToLong(target -> target.failures())
                .sum();
    }

    private static void assertOverload(RawResponse response) throws IOException {
        Refusals.assertProblem(response, 503);
        assertThat(response.text()).contains(":overload");
        assertThat(response.head().raw()).containsIgnoringCase("retry-after: 1");
    }

    private static void assertTimeout(RawResponse response, String name) throws IOException {
        Refusals.assertProblem(response, 504);
        assertThat(new ObjectMapper().readTree(response.text()).get("type").asText())
                .endsWith(":" + name);
    }
}
