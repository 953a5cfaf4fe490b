package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import java.io.IOException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A header section has its time, from the first byte or the connection's start on; nothing else is counted. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class HeaderTimeTest extends SceneCase {
    HeaderTimeTest() {
        super("""
                listeners: { web: { listen: "127.0.0.1:0", limits: { headerTime: 1s } } }
                services:  { origin: { targets: "%s", pool: { max: 1 } } }
                routes:    { all: { match: { path: "/**" }, to: origin } }
                """);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"G", "GET / HTTP/1.1", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\n"})
    void a_head_that_stops_is_408_RFC_9110_15_5_9(String begin) throws IOException {
        var before = scene.bytesAtOrigin();
        try (var client = scene.client()) {
            Refusals.assertProblem(client.send(begin).read(), 408);
            assertThat(client.closedByPeer()).isTrue();
        }
        assertThat(scene.bytesAtOrigin()).isEqualTo(before);
    }

    @Test
    void a_head_that_only_drips_is_408() throws IOException {
        try (var client = scene.client()) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
            var dripping = new Thread(() -> {
                try {
                    while (true) {
                        client.send("a");
                        java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                    }
                } catch (IOException over) {
                    // the connection has ended
                }
            });
            dripping.start();
            Refusals.assertProblem(client.read(), 408);
        }
    }

    @ParameterizedTest(name = "after \"{0}\"")
    @ValueSource(strings = {"", "\r\n", "PRI * HT"})
    void a_connection_without_a_request_is_closed_in_silence(String sent) throws IOException {
        try (var client = scene.client()) {
            client.send(sent);
            assertThat(client.readAll()).isEmpty();
        }
    }

    @Test
    void so_is_one_of_HTTP_2() throws Exception {
        try (var client = new RawHttp2(scene.client())) {
            awaitHeaderTime();
            assertThat(client.outcome(1).end()).isIn("GOAWAY 0", "CLOSED");
        }
    }

    @Test
    void the_next_request_on_a_connection_has_the_same_time() throws IOException {
        try (var client = scene.client()) {
            assertThat(client.send(RawClient.request("GET", "/")).read().status())
                    .isEqualTo(200);
            Refusals.assertProblem(client.send("GET / HTTP/1.1\r\nHo").read(), 408);
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void a_head_that_stops_behind_a_HEAD_gets_the_whole_problem() throws IOException {
        try (var client = scene.client()) {
            client.send(RawClient.request("HEAD", "/"));
            assertThat(client.read("HEAD").status()).isEqualTo(200);
            Refusals.assertProblem(client.send("GET / HTTP/1.1\r\nHo").read(), 408);
        }
    }

    @Test
    void a_request_under_way_and_a_kept_connection_are_not_counted() throws IOException {
        var already = scene.requestsAtOrigin();
        scene.answering(Answers.hang("late"));
        try (var client = scene.client()) {
            client.send(RawClient.request("GET", "/") + "GET /next HTTP/1.1\r\n");
            scene.origin().awaitRequests(already + 1);
            awaitHeaderTime();
            scene.answering(Answers.ok("next"));
            scene.origin().release();
            assertThat(client.read().text()).isEqualTo("late");
            assertThat(client.send("Host: localhost\r\n\r\n").read().text()).isEqualTo("next");
            awaitHeaderTime();
            assertThat(client.send(RawClient.request("GET", "/")).read().text()).isEqualTo("next");
        }
    }

    /** Another connection has run out of time. */
    private void awaitHeaderTime() throws IOException {
        try (var silent = scene.client()) {
            assertThat(silent.closedByPeer()).isTrue();
        }
    }
}
