package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawOrigin.Script;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What {@code mirror} sends to the other service, and that the client never feels it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class MirrorTest {
    private RawOrigin origin;
    private RawOrigin shadow;
    private TestGateway gateway;
    private volatile Script script = Answers.status("500 Oh", "nobody sees this");

    @BeforeEach
    void start() throws Exception {
        origin = RawOrigin.answering("fine");
        shadow = RawOrigin.answering(exchange -> script.answer(exchange));
        gateway = TestGateway.startOn(1, """
                services: { origin: { targets: "%s" }, shadow: { targets: "%s" } }
                routes:
                  all:  { match: { path: "/**" }, to: origin, request: { rewrite: { prefix: /v2 } }, mirror: { to: shadow, max: 2, timeout: 10s } }
                  none: { match: { path: "/none" }, to: origin, mirror: { to: shadow, share: 0%% } }
                  quick: { match: { path: "/quick" }, to: origin, mirror: { to: shadow, max: 1, timeout: 100ms } }
                """, origin.url(), shadow.url());
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        origin.close();
        shadow.close();
    }

    private String send(String method, String target, String body) throws IOException {
        try (var client = gateway.client()) {
            return client.send(RawClient.request(method, target, "X-A: b", "Content-Length: " + body.length()) + body)
                    .read()
                    .text();
        }
    }

    @Test
    void the_copy_is_what_the_service_gets() throws IOException {
        assertThat(send("PUT", "/a%20b?x=1", "body")).isEqualTo("fine");
        shadow.awaitRequests(1);
        var copy = shadow.requests().get(0);
        var request = origin.requests().get(0);
        assertThat(copy.head().startLine())
                .isEqualTo(request.head().startLine())
                .startsWith("PUT /v2/a%20b?x=1");
        for (var name : new String[] {"Host", "X-A", "X-Request-Id", "X-Forwarded-For", "Via", "Content-Length"}) {
            assertThat(copy.header(name)).as(name).isEqualTo(request.header(name));
        }
        assertThat(copy.header("X-Mirrored")).isEqualTo("true");
        assertThat(request.header("X-Mirrored")).isNull();
        assertThat(copy.body().text()).isEqualTo("body");
        awaitCounted("sent", "1.0");
    }

    @Test
    void a_share_of_none_copies_none_and_a_long_body_is_not_copied() throws IOException {
        assertThat(RawClient.get(gateway.port(), "/none").text()).isEqualTo("fine");
        assertThat(send("POST", "/long", "a".repeat(70_000))).isEqualTo("fine");
        assertThat(RawClient.get(gateway.port(), "/last").text()).isEqualTo("fine");
        shadow.awaitRequests(1);
        assertThat(shadow.requests().get(0).target()).isEqualTo("/v2/last");
    }

    @Test
    void a_service_that_hangs_is_spared_and_the_client_feels_nothing() throws IOException {
        script = Answers.hang("late");
        for (var i = 0; i < 20; i++) {
            assertThat(RawClient.get(gateway.port(), "/" + i).text()).isEqualTo("fine");
        }
        shadow.awaitRequests(2);
        assertThat(shadow.requests()).hasSize(2);
        assertThat(shadow.connections()).hasSize(2);
        assertThat(counted("dropped")).isEqualTo("18.0");
    }

    @Test
    void copies_of_one_route_that_hang_take_no_room_from_another() throws IOException {
        script = exchange -> {
            exchange.body();
            if (exchange.target().startsWith("/v2")) {
                exchange.hang();
            }
            exchange.reply("200 OK", "");
        };
        for (var i = 0; i < 3; i++) {
            assertThat(RawClient.get(gateway.port(), "/" + i).text()).isEqualTo("fine");
        }
        shadow.awaitRequests(2);
        assertThat(RawClient.get(gateway.port(), "/quick").text()).isEqualTo("fine");
        shadow.awaitRequests(3);
        assertThat(shadow.requests().get(2).target()).isEqualTo("/quick");
    }

    @Test
    void no_more_are_under_way_than_that_on_all_event_loops_together() {
        var tally = new MirrorTally();
        assertThat(tally.begin(2) && tally.begin(2)).isTrue();
        assertThat(tally.begin(2)).isFalse();
        tally.fail();
        assertThat(tally.begin(2)).isTrue();
        assertThat(tally.begin(2)).isFalse();
        tally.answer();
        assertThat(tally.begin(2)).isTrue();
    }

    /** Of the route that all of these take. */
    private String counted(String result) {
        var name = "gatehouse_mirrored_requests_total{result=\"" + result + "\",route=\"all\"} ";
        var text = gateway.node().metrics().scrape();
        var start = text.indexOf(name) + name.length();
        return text.substring(start, text.indexOf('\n', start));
    }

    private void awaitCounted(String result, String count) {
        Waiting.until(count + " " + result, () -> counted(result).equals(count));
    }

    @Test
    void a_service_that_is_gone_is_not_felt_either() throws IOException {
        shadow.close();
        for (var i = 0; i < 5; i++) {
            assertThat(send("POST", "/" + i, "body")).isEqualTo("fine");
        }
        awaitCounted("failed", "5.0");
    }

    @Test
    void a_copy_that_takes_too_long_is_given_up_and_makes_room() throws IOException {
        script = Answers.hang("late");
        var until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (shadow.requests().size() < 2 && System.nanoTime() < until) {
            assertThat(RawClient.get(gateway.port(), "/quick").text()).isEqualTo("fine");
        }
        shadow.awaitRequests(2);
        shadow.awaitClosed(1);
    }

    @Test
    void a_service_that_answers_garbage_or_without_end_is_not_felt() throws IOException {
        script = Answers.garbage();
        assertThat(send("POST", "/", "body")).isEqualTo("fine");
        shadow.awaitRequests(1);
        script = exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            exchange.hang();
        };
        assertThat(send("POST", "/", "body")).isEqualTo("fine");
        shadow.awaitRequests(2);
    }

    @Test
    void a_service_that_there_is_not_is_a_mistake() {
        assertThatThrownBy(() -> TestGateway.start("""
                        services: { origin: { targets: "http://127.0.0.1:1" } }
                        routes: { all: { match: { path: "/**" }, to: origin, mirror: { to: nowhere } } }
                        """)).hasMessageContaining("there is no service nowhere");
    }
}
