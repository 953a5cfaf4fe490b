package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Connections of a verticle that has a successor: who has them looks after them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TakeoverTest {
    private static final String NOW = RawClient.request("GET", "/now");
    private static final String ROUTES = """
            listeners: { web: { listen: "127.0.0.1:0", protocols: [http1, websocket], limits: { idle: 2s, requests: 10000000 } } }
            services: { origin: { targets: "%s" } }
            routes:
              all: { match: { path: "/**" }, to: origin }
              now: { match: { path: /now }, to: { respond: { body: now } } }
              news: { match: { path: /news }, to: { topic: news } }
            """;

    private static void ask(RawClient client) throws IOException {
        assertThat(client.send(NOW).read().text()).isEqualTo("now");
    }

    private static void askUntilClosed(RawClient busy, RawClient idle) throws Exception {
        var closing = closing(idle);
        while (!closing.isDone()) {
            ask(busy);
        }
        assertThat(closing.get()).isTrue();
    }

    private static CompletableFuture<Boolean> closing(RawClient client) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return client.closedByPeer();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void an_idle_connection_ends_in_time_and_a_busy_one_does_not() throws Exception {
        try (var origin = RawOrigin.answering(Answers.hang("at last"));
                var gateway = TestGateway.startWithSockets(ROUTES, origin.url());
                var lasting = gateway.client();
                var busy = gateway.client();
                var idle = gateway.client()) {
            lasting.send(RawClient.request("GET", "/"));
            origin.awaitRequests(1);
            ask(busy);
            ask(idle);
            TestGateway.await(gateway.node().redeploy("http"));
            askUntilClosed(busy, idle);
            try (var later = gateway.client()) {
                ask(later);
                askUntilClosed(busy, later);
            }
            ask(busy);

            origin.release();
            assertThat(lasting.read().text()).isEqualTo("at last");
        }
    }

    @Test
    void each_is_counted_once_and_no_more_when_it_is_closed() throws Exception {
        try (var origin = RawOrigin.answering("here");
                var gateway = TestGateway.startWithSockets(ROUTES.replace("idle: 2s", "idle: 20s"), origin.url())) {
            try (var client = gateway.client();
                    var socket = gateway.client()) {
                assertThat(socket.send(RawClient.request(
                                        "GET",
                                        "/news",
                                        "Upgrade: websocket",
                                        "Connection: Upgrade",
                                        "Sec-WebSocket-Version: 13",
                                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))
                                .read()
                                .status())
                        .isEqualTo(101);
                for (var i = 0; i < 3; i++) {
                    ask(client);
                    TestGateway.await(gateway.node().redeploy("http"));
                }
                ask(client);
                assertThat(value(gateway, "gatehouse_connections")).isEqualTo(2);
                assertThat(value(gateway, "gatehouse_connections_accepted_total"))
                        .isEqualTo(2);
            }
            Waiting.until("no connection is open", () -> value(gateway, "gatehouse_connections") == 0);
        }
    }

    private static double value(TestGateway gateway, String name) {
        var line = name + "{listener=\"web\"} ";
        return gateway.node()
                .metrics()
                .scrape()
                .lines()
                .filter(text -> text.startsWith(line))
                .mapToDouble(text -> Double.parseDouble(text.substring(line.length())))
                .findAny()
                .orElseThrow();
    }
}
