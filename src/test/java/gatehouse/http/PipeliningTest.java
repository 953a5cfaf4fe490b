package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PipeliningTest extends SceneCase {
    @Test
    void requests_in_one_packet_are_answered_in_their_order_RFC_9112_9_3_2() throws IOException {
        scene.answering(exchange -> Answers.ok(exchange.target()).answer(exchange));
        var requests = new StringBuilder();
        for (var i = 0; i < 50; i++) {
            requests.append(RawClient.request(i % 2 == 0 ? "GET" : "DELETE", "/" + i));
        }
        try (var client = scene.client()) {
            client.send(requests.toString());
            for (var i = 0; i < 50; i++) {
                assertThat(client.read().text()).isEqualTo("/" + i);
            }
        }
    }

    @ParameterizedTest(name = "{0} in one packet")
    @ValueSource(ints = {50, 200, 2000})
    void any_number_of_requests_is_answered_in_their_order(int count) throws Exception {
        try (var other = Scene.start("""
                services: { origin: { targets: "%s" } }
                routes:   { one: { match: { path: /one }, to: origin } }
                """)) {
            var requests = new StringBuilder();
            for (var i = 0; i < count; i++) {
                requests.append(RawClient.request("GET", i % 100 == 0 ? "/one" : "/none"));
            }
            try (var client = other.client()) {
                var unused = client.sendInBackground(requests.toString().getBytes());
                for (var i = 0; i < count; i++) {
                    assertThat(client.read().status()).isEqualTo(i % 100 == 0 ? 200 : 404);
                }
            }
        }
    }

    @Test
    void what_waits_behind_a_request_under_way_is_not_read() throws Exception {
        var already = scene.requestsAtOrigin();
        scene.answering(Answers.hang("late"));
        try (var client = scene.client()) {
            var sent = client.sendInBackground(
                    RawClient.request("GET", "/").repeat(1_000_000).getBytes());
            scene.origin().awaitRequests(already + 1);
            assertThatThrownBy(() -> sent.get(500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            assertThat(scene.requestsAtOrigin()).isEqualTo(already + 1);
            client.reset();
        }
        scene.lastRequest().connection().awaitClosed();
    }

    @Test
    void a_long_body_behind_a_request_under_way_passes_whole() throws Exception {
        scene.answering(exchange ->
                Answers.ok(exchange.target() + exchange.body().bytes().length).answer(exchange));
        var body = "a".repeat(3_000_000);
        try (var client = scene.client()) {
            var unused = client.sendInBackground((RawClient.request("GET", "/a")
                            + RawClient.request("POST", "/b", "Content-Length: " + body.length())
                            + body
                            + RawClient.request("POST", "/c", "Content-Length: " + body.length())
                            + body
                            + RawClient.request("GET", "/d"))
                    .getBytes());
            assertThat(client.read().text()).isEqualTo("/a0");
            assertThat(client.read().text()).isEqualTo("/b3000000");
            assertThat(client.read().text()).isEqualTo("/c3000000");
            assertThat(client.read().text()).isEqualTo("/d0");
        }
    }

    @Test
    void bodies_between_pipelined_requests_are_told_apart() throws IOException {
        scene.answering(exchange ->
                Answers.ok(exchange.target() + exchange.body().text()).answer(exchange));
        try (var client = scene.client()) {
            client.send(RawClient.request("POST", "/a", "Content-Length: 3") + "one"
                    + RawClient.request("POST", "/b", "Transfer-Encoding: chunked") + "3\r\ntwo\r\n0\r\n\r\n"
                    + RawClient.request("GET", "/c"));
            assertThat(client.read().text()).isEqualTo("/aone");
            assertThat(client.read().text()).isEqualTo("/btwo");
            assertThat(client.read().text()).isEqualTo("/c");
        }
    }

    @Test
    void nothing_is_taken_after_a_request_that_ends_the_connection_RFC_9112_9_6() throws IOException {
        var before = scene.requestsAtOrigin();
        try (var client = scene.client()) {
            client.send(RawClient.request("GET", "/a", "Connection: close") + RawClient.request("GET", "/b"));
            var response = client.read();
            assertThat(response.header("connection")).isEqualToIgnoringCase("close");
            assertThat(client.closedByPeer()).isTrue();
        }
        assertThat(scene.requestsAtOrigin()).isEqualTo(before + 1);
    }

    @Test
    void a_malformed_request_behind_a_good_one_is_refused_after_the_good_one_s_answer() throws IOException {
        try (var client = scene.client()) {
            client.send(
                    RawClient.request("GET", "/a") + "GET /\u0001 HTTP/1.1\r\n\r\n" + RawClient.request("GET", "/c"));
            assertThat(client.read().status()).isEqualTo(200);
            Refusals.assertProblem(client.read(), 400);
            assertThat(client.closedByPeer()).isTrue();
        }
    }
}
