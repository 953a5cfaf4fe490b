package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin.Script;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Bodies that move all the time, but too slowly. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PaceTest extends SceneCase {
    /** So much of a long body that the target hears of it. */
    private static final String BEGINNING = "a".repeat(20_000);

    PaceTest() {
        super("""
                services: { origin: { targets: "%s", pool: { max: 1 } } }
                routes:
                  all:    { match: { path: "/**" }, to: origin, retry: null,
                            limits: { minRate: 64KiB, minRateOver: 300ms, bodyTime: 0s } }
                  time:   { match: { path: /time }, to: origin, retry: null,
                            limits: { minRate: 0B, bodyTime: 400ms } }
                  stream: { match: { path: /stream }, to: origin, retry: null, timeout: { total: 300ms },
                            limits: { minRate: 64KiB, minRateOver: 100ms, bodyTime: 100ms, streaming: true } }
                """);
    }

    /** A byte each 10 ms, until {@code most} or nobody listens any more. */
    private static void dribble(RawClient client, int most) throws IOException {
        try {
            for (var i = 0; i < most; i++) {
                client.send("a");
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        } catch (SocketException cut) {
            // which is what is waited for
        }
    }

    private static Script dribbling(int most) {
        return exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: " + most + "\r\n\r\n");
            for (var i = 0; i < most && !exchange.connection().isClosedByPeer(); i++) {
                exchange.send("a");
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        };
    }

    @Test
    void a_request_that_comes_too_slowly_is_408_and_ends_the_connection_RFC_9110_15_5_9() throws IOException {
        try (var client = scene.client()) {
            client.send(RawClient.request("POST", "/", "Content-Length: 100000") + BEGINNING);
            dribble(client, 70);
            var response = client.read();
            Refusals.assertProblem(response, 408);
            assertThat(response.header("connection")).isEqualToIgnoringCase("close");
        }
        scene.lastRequest().connection().awaitClosed();
    }

    @Test
    void a_request_that_takes_too_long_in_all_is_408() throws IOException {
        try (var client = scene.client()) {
            client.send(RawClient.request("POST", "/time", "Content-Length: 100000") + BEGINNING);
            dribble(client, 70);
            Refusals.assertProblem(client.read(), 408);
        }
        scene.lastRequest().connection().awaitClosed();
    }

    @Test
    void a_small_body_is_never_too_slow() throws IOException {
        scene.answering(Answers.ok("all of it"));
        try (var client = scene.client()) {
            client.send(RawClient.request("POST", "/", "Content-Length: 5"));
            dribble(client, 5);
            assertThat(client.read().text()).isEqualTo("all of it");
        }
    }

    @Test
    void an_answer_that_comes_too_slowly_is_broken_off_and_never_looks_complete() throws IOException {
        scene.answering(dribbling(100_000));
        var response = scene.exchange(RawClient.request("GET", "/"));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.isComplete()).isFalse();
        scene.lastRequest().connection().awaitClosed();
    }

    @Test
    void a_client_that_takes_an_answer_too_slowly_loses_its_connection_and_the_target_is_not_blamed()
            throws IOException {
        var part = new byte[64 * 1024];
        scene.answering(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: " + 400L * part.length + "\r\n\r\n");
            for (var i = 0; i < 400; i++) {
                exchange.send(part);
            }
        });
        var failures = failures();
        try (var client = RawClient.connect(scene.gateway().port(), 16 * 1024)) {
            client.send(RawClient.request("GET", "/")).readHead();
            scene.lastRequest().connection().awaitClosed();
            scene.awaitNothingInFlight();
        }
        assertThat(failures()).isEqualTo(failures);
    }

    @Test
    void a_route_that_streams_has_neither_pace_nor_deadline() throws IOException {
        scene.answering(dribbling(60));
        var response = scene.exchange(RawClient.request("GET", "/stream"));
        assertThat(response.isComplete()).isTrue();
        assertThat(response.text()).hasSize(60);
        scene.answering(Answers.ok("whole"));
        try (var client = scene.client()) {
            client.send(RawClient.request("POST", "/stream", "Content-Length: 40"));
            dribble(client, 40);
            assertThat(client.read().text()).isEqualTo("whole");
        }
    }

    private long failures() {
        return scene.gateway().node().snapshots().current().services().values().stream()
                .flatMap(service -> service.targets().stream())
                .mapToLong(target -> target.failures())
                .sum();
    }
}
