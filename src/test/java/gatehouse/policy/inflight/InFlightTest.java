package gatehouse.policy.inflight;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What {@code inFlight} lets through at once. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class InFlightTest {
    private RawOrigin origin;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        origin = RawOrigin.answering(exchange -> {
            exchange.body();
            if (exchange.target().equals("/hang")) {
                exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha");
                exchange.hang();
                exchange.send("lf");
            } else {
                exchange.reply("200 OK", "fine");
            }
        });
        gateway = TestGateway.start("""
                services: { origin: { targets: "%s" } }
                routes: { all: { match: { path: "/**" }, to: origin, inFlight: { max: 2, by: "header:X-Team" } } }
                """, origin.url());
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        origin.close();
    }

    private InFlight policy() {
        return (InFlight)
                gateway.node().snapshots().current().routes().get("all").steps().get(InFlight.TYPE);
    }

    private void awaitCallers(int count) {
        Waiting.until(count + " callers", () -> policy().callers() == count);
    }

    private int status(String team) throws IOException {
        return RawClient.get(gateway.port(), "/", "X-Team: " + team).status();
    }

    @Test
    void a_third_request_is_429_until_one_of_two_has_ended() throws Exception {
        try (var one = gateway.client();
                var two = gateway.client()) {
            one.send(RawClient.request("GET", "/hang", "X-Team: a")).readHead();
            two.send(RawClient.request("GET", "/hang", "X-Team: a")).readHead();
            var refused = RawClient.get(gateway.port(), "/", "X-Team: a");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(status("b")).isEqualTo(200);
            origin.release();
            one.readBytes(4);
            two.readBytes(4);
        }
        awaitCallers(0);
        assertThat(status("a")).isEqualTo(200);
    }

    @Test
    void who_leaves_gives_the_place_back() throws Exception {
        for (var i = 0; i < 3; i++) {
            try (var one = gateway.client();
                    var two = gateway.client()) {
                one.send(RawClient.request("GET", "/hang", "X-Team: a")).readHead();
                two.send(RawClient.request("GET", "/hang", "X-Team: a")).readHead();
                one.reset();
                two.reset();
            }
            awaitCallers(0);
        }
        assertThat(status("a")).isEqualTo(200);
    }

    @Test
    void a_service_that_fails_gives_the_place_back() throws Exception {
        origin.close();
        for (var i = 0; i < 5; i++) {
            assertThat(status("a")).isBetween(502, 503);
        }
        awaitCallers(0);
    }
}
