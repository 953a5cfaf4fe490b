package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Connections that have served enough, are old, or are not used. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ConnectionEndTest {
    private static final String SERVES = """
            listeners: { web: { listen: "127.0.0.1:0", limits: { %s } } }
            services: { origin: { targets: "%s", pool: { max: 8, wait: 10s } } }
            routes:   { all: { match: { path: "/**" }, to: origin } }
            """;

    private static Scene scene(String limits) throws Exception {
        return Scene.start(SERVES.formatted(limits, "%s"));
    }

    @Test
    void the_last_answer_of_a_connection_says_so_RFC_9112_9_6() throws Exception {
        try (var scene = scene("requests: 50")) {
            for (var round = 0; round < 60; round++) {
                try (var client = scene.client()) {
                    for (var i = 1; i <= 50; i++) {
                        var response =
                                client.send(RawClient.request("GET", "/")).read();
                        assertThat(response.status()).isEqualTo(200);
                        assertThat(response.header("connection")).isEqualTo(i == 50 ? "close" : null);
                    }
                    assertThat(client.closedByPeer()).isTrue();
                }
            }
            assertThat(scene.requestsAtOrigin()).isEqualTo(3000);
        }
    }

    @Test
    void no_request_fails_for_a_client_of_HTTP_2_that_goes_when_told_RFC_9113_6_8() throws Exception {
        var vertx = Vertx.vertx();
        try (var scene = scene("requests: 50")) {
            var client = Clients.http2(vertx);
            for (var round = 0; round < 100; round++) {
                var answers = new ArrayList<Future<Integer>>();
                for (var i = 0; i < 30; i++) {
                    answers.add(client.request(
                                    io.vertx.core.http.HttpMethod.GET,
                                    scene.gateway().port(),
                                    "127.0.0.1",
                                    "/")
                            .compose(request -> request.send()
                                    .compose(response -> response.body().map(body -> response.statusCode()))));
                }
                TestGateway.await(Future.join(answers));
                assertThat(answers)
                        .allSatisfy(answer -> assertThat(answer.result()).isEqualTo(200));
            }
            assertThat(scene.requestsAtOrigin()).isEqualTo(3000);
            assertThat(connectionsAccepted(scene)).isGreaterThan(3);
        } finally {
            TestGateway.await(vertx.close());
        }
    }

    private static long connectionsAccepted(Scene scene) {
        return scene.gateway()
                .node()
                .metrics()
                .scrape()
                .lines()
                .filter(line -> line.startsWith("gatehouse_connections_accepted_total{"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf('}') + 2)))
                .sum();
    }

    @Test
    void a_connection_of_HTTP_2_ends_in_two_steps_and_its_streams_are_completed_RFC_9113_6_8() throws Exception {
        Waiting.until("a client that asks in time", () -> endsInTwoSteps());
    }

    /** False where this client itself was too late with its last stream: it has a second. */
    private static boolean endsInTwoSteps() throws Exception {
        try (var scene = scene("requests: 2")) {
            scene.answering(exchange -> {
                if (exchange.target().equals("/slow")) {
                    exchange.hang();
                }
                Answers.ok(exchange.target()).answer(exchange);
            });
            try (var client = new RawHttp2(scene.client())) {
                var begun = System.nanoTime();
                client.get(1, "/slow").get(3, "/");
                assertThat(lastStreamOf(awaitGoAway(client))).isEqualTo(Integer.MAX_VALUE);
                client.get(5, "/late"); // it may not have read that yet
                if (System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(800)) {
                    return false;
                }
                assertThat(client.outcome(5).body()).isEqualTo("/late");
                assertThat(lastStreamOf(awaitGoAway(client))).isEqualTo(5);
                scene.origin().release();
                assertThat(client.outcome(1).body()).isEqualTo("/slow");
                assertThat(client.socket().closedByPeer()).isTrue();
                return true;
            }
        }
    }

    private static RawHttp2.Frame awaitGoAway(RawHttp2 client) throws Exception {
        return client.await(RawHttp2.GOAWAY);
    }

    private static int lastStreamOf(RawHttp2.Frame goAway) {
        return ByteBuffer.wrap(goAway.payload()).getInt() & Integer.MAX_VALUE;
    }

    @Test
    void an_old_connection_ends_with_its_next_answer_and_a_reload_changes_when() throws Exception {
        try (var scene = scene("age: 1h");
                var client = scene.client();
                var http2 = new RawHttp2(scene.client())) {
            assertThat(client.send(RawClient.request("GET", "/")).read().header("connection"))
                    .isNull();
            assertThat(http2.get(1, "/").outcome(1).status()).isEqualTo("200");
            scene.gateway().reload(SERVES.formatted("age: 10ms", scene.origin().url()));
            Waiting.until("its last answer", () -> {
                try {
                    return "close"
                            .equals(client.send(RawClient.request("GET", "/"))
                                    .read()
                                    .header("connection"));
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(client.closedByPeer()).isTrue();
            http2.await(RawHttp2.GOAWAY); // nobody has to ask for that
            http2.await(RawHttp2.GOAWAY);
            assertThat(http2.socket().closedByPeer()).isTrue();
        }
    }

    @Test
    void a_connection_without_an_exchange_is_closed_and_a_reload_changes_when() throws Exception {
        try (var scene = scene("idle: 1h");
                var client = scene.client();
                var http2 = new RawHttp2(scene.client())) {
            client.send(RawClient.request("GET", "/")).read();
            http2.get(1, "/").outcome(1);
            scene.gateway().reload(SERVES.formatted("idle: 50ms", scene.origin().url()));
            assertThat(client.closedByPeer()).isTrue();
            assertThat(http2.outcome(3).end()).isEqualTo("CLOSED");
        }
    }

    @Test
    void a_client_of_HTTP_2_that_takes_nothing_of_an_answer_loses_its_connection() throws Exception {
        try (var scene = scene("stalled: 2s");
                var http2 = new RawHttp2(scene.client(), 4, 0)) {
            scene.answering(Answers.ok("never taken"));
            http2.get(1, "/");
            assertThat(http2.outcome(1).end()).isEqualTo("CLOSED");
            scene.awaitNothingInFlight();
        }
    }

    @Test
    void a_stream_of_which_nothing_is_taken_is_reset_while_others_get_on_RFC_9113_5_4_2() throws Exception {
        try (var scene = scene("stalled: 2s");
                var http2 = new RawHttp2(scene.client(), 4, 0)) {
            scene.answering(Answers.ok("never taken"));
            http2.get(1, "/");
            scene.origin().awaitRequests(1);
            scene.answering(Answers.ok("a".repeat(1000)));
            http2.get(3, "/");
            http2.windowUpdate(3, 1);
            var frame = http2.read();
            while (frame != null && frame.type() != RawHttp2.RST_STREAM) {
                if (frame.type() == RawHttp2.DATA) {
                    assertThat(frame.stream()).isEqualTo(3);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10)); // its pace is the point
                    http2.windowUpdate(3, 1);
                }
                frame = http2.read();
            }
            assertThat(frame).isNotNull();
            assertThat(frame.stream()).isEqualTo(1);
            assertThat(ByteBuffer.wrap(frame.payload()).getInt()).as("CANCEL").isEqualTo(8);
            assertThat(http2.windowUpdate(3, 2000).outcome(3).end()).isEqualTo("END");
            scene.awaitNothingInFlight();
        }
    }

    @Test
    void a_client_that_reads_slowly_is_not_stalled_until_it_stops() throws Exception {
        try (var scene = scene("stalled: 2s");
                var client = RawClient.connect(scene.gateway().port(), 4096)) {
            scene.answering(Answers.ok("a".repeat(16 * 1024 * 1024)));
            client.send(RawClient.request("GET", "/")).readHead();
            var start = System.nanoTime();
            while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5)) {
                assertThat(client.readBytes(2048)).hasSize(2048);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10)); // its pace is the point
            }
            scene.awaitNothingInFlight();
        }
    }
}
