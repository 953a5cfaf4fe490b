package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What is sent again: whether it says so, how often, and for how long. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RetryMarkTest {
    private static final String TRUSTING =
            "listeners: { web: { listen: \"127.0.0.1:0\", trustedProxies: [127.0.0.1/32] } }\n";

    private static final String KEYS =
            "health: { passive: null }, breaker: null, retry: { budget: 100%, backoff: 1ms }";

    private static TestGateway before(String listeners, String keys, String... urls) throws Exception {
        return TestGateway.start(listeners
                + """
                services: { origin: { targets: [ %s ], %s } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """.formatted(
                                List.of(urls).stream()
                                        .map(url -> '"' + url + '"')
                                        .collect(java.util.stream.Collectors.joining(",")),
                                keys)
                        .replace("%", "%%"));
    }

    private static String url(TestGateway gateway) {
        return "http://127.0.0.1:" + gateway.port();
    }

    private static List<String> marks(RawOrigin origin) {
        return origin.requests().stream()
                .map(request -> String.join("+", request.head().all("X-Retry-Attempt")))
                .toList();
    }

    @Test
    void what_is_sent_again_says_so_and_what_a_client_says_of_it_is_not_believed() throws Exception {
        try (var origin = RawOrigin.answering(Answers.status("503 Service Unavailable", ""));
                var gateway = before("", KEYS, origin.url())) {
            RawClient.get(gateway.port(), "/", "X-Retry-Attempt: 7", "X_Retry_Attempt: 7");
            assertThat(marks(origin)).containsExactly("", "1");
            assertThat(origin.text()).doesNotContain("X_Retry_Attempt").doesNotContain("Attempt: 7");
        }
    }

    @Test
    void what_a_trusted_gateway_sends_again_is_not_sent_again_here() throws Exception {
        try (var origin = RawOrigin.answering(Answers.status("503 Service Unavailable", ""));
                var gateway = before(TRUSTING, KEYS, origin.url())) {
            assertThat(RawClient.get(gateway.port(), "/", "X-Retry-Attempt: 1").status())
                    .isEqualTo(503);
            assertThat(marks(origin)).containsExactly("1");
        }
    }

    @Test
    void a_handshake_that_a_trusted_gateway_sends_again_says_so_here_too() throws Exception {
        try (var origin = RawOrigin.answering(Answers.status("403 Forbidden", ""));
                var gateway = TestGateway.startWithSockets("""
                        listeners: { web: { listen: "127.0.0.1:0", protocols: [http1, websocket], trustedProxies: [127.0.0.1/32] } }
                        services: { origin: { targets: "%s" } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """, origin.url())) {
            var answer = RawClient.get(
                    gateway.port(),
                    "/",
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    "X-Retry-Attempt: 1");
            assertThat(answer.status()).isEqualTo(403);
            assertThat(origin.requests().get(0).head().header("Upgrade")).isEqualTo("websocket");
            assertThat(marks(origin)).containsExactly("1");
        }
    }

    @Test
    void three_gateways_in_a_row_do_not_multiply_what_each_sends_again() throws Exception {
        var keys = "health: { passive: null }, breaker: null, retry: { backoff: 1ms, attempts: 2 }";
        try (var origin = RawOrigin.answering(Answers.status("503 Service Unavailable", ""));
                var last = before(TRUSTING, keys, origin.url());
                var middle = before(TRUSTING, keys, url(last));
                var first = before("", keys, url(middle));
                var client = first.client()) {
            var begin = System.nanoTime();
            for (var i = 0; i < 200; i++) {
                assertThat(client.send(RawClient.request("GET", "/")).read().status())
                        .isEqualTo(503);
            }
            var seconds = 1 + (System.nanoTime() - begin) / 1_000_000_000;
            // each adds a fifth of what it gets, and three a second: 1.2³ of the requests, and 3 × (1.2² + 1.2 + 1) a
            // second
            assertThat(origin.requests().size()).isBetween(201, (int) (1.73 * 200 + 10.92 * (seconds + 1)));
        }
    }

    @Test
    void one_target_of_two_that_hangs_costs_no_idempotent_request_and_a_third_of_the_deadline() throws Exception {
        try (var hanging = RawOrigin.answering(Answers.hang("late"));
                var well = RawOrigin.answering("well");
                var gateway = before("", KEYS + ", timeout: { total: 3s }", hanging.url(), well.url())) {
            for (var i = 0; i < 4; i++) {
                assertThat(RawClient.get(gateway.port(), "/").text()).isEqualTo("well");
            }
            assertThat(hanging.requests()).isNotEmpty();
        }
    }

    @Test
    void a_target_that_hangs_alone_is_not_asked_again() throws Exception {
        try (var hanging = RawOrigin.answering(Answers.hang("late"));
                var gateway = before("", KEYS + ", timeout: { firstByte: 200ms, total: 10s }", hanging.url())) {
            assertThat(RawClient.get(gateway.port(), "/").text()).contains("first-byte-timeout");
            assertThat(hanging.requests()).hasSize(1);
        }
    }

    @Test
    void nothing_is_sent_again_once_the_whole_time_is_over() throws Exception {
        try (var one = RawOrigin.answering(Answers.hang("late"));
                var two = RawOrigin.answering(Answers.hang("late"));
                var gateway = before("", KEYS + ", timeout: { firstByte: 0s, total: 300ms }", one.url(), two.url())) {
            assertThat(RawClient.get(gateway.port(), "/").status()).isEqualTo(504);
            assertThat(one.requests().size() + two.requests().size()).isLessThanOrEqualTo(2);
        }
    }
}
