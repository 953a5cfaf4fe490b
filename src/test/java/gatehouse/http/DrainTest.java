package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The end of a node, as its clients see it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DrainTest {
    @Test
    void exchanges_under_way_are_completed_and_tell_their_clients_RFC_9112_9_6() throws Exception {
        try (var scene = Scene.start();
                var first = scene.client();
                var second = scene.client();
                var idle = scene.client()) {
            idle.send(RawClient.request("GET", "/")).read();
            scene.answering(Answers.hang("in time"));
            first.send(RawClient.request("GET", "/"));
            second.send(RawClient.request("POST", "/", "Content-Length: 4") + "body");
            Waiting.until("two in flight", () -> scene.inFlight() == 2);
            var port = scene.gateway().port();
            var stopped = scene.gateway().node().stop();
            assertThat(idle.closedByPeer()).isTrue();
            assertThatThrownBy(() -> RawClient.get(port, "/")).isInstanceOf(IOException.class);
            assertThat(stopped.isComplete()).isFalse();
            scene.origin().release();
            for (var client : new RawClient[] {first, second}) {
                var response = client.read();
                assertThat(response.status()).isEqualTo(200);
                assertThat(response.text()).isEqualTo("in time");
                assertThat(response.header("connection")).isEqualToIgnoringCase("close");
                assertThat(client.closedByPeer()).isTrue();
            }
            TestGateway.await(stopped);
        }
    }

    @Test
    void streams_under_way_are_completed_and_the_connection_says_so_RFC_9113_6_8() throws Exception {
        try (var scene = Scene.start();
                var client = new RawHttp2(scene.client())) {
            scene.answering(Answers.hang("in time"));
            client.get(1, "/");
            scene.origin().awaitRequests(1);
            var stopped = scene.gateway().node().stop();
            var frame = client.read();
            while (frame.type() != RawHttp2.GOAWAY) {
                frame = client.read();
            }
            scene.origin().release();
            var answer = client.outcome(1);
            assertThat(answer.body()).isEqualTo("in time");
            TestGateway.await(stopped);
        }
    }

    @Test
    void who_has_not_asked_yet_is_told_that_it_still_may_RFC_9113_6_8() throws Exception {
        Waiting.until("a client that asks in time", () -> mayStillAsk());
    }

    /** False where this client itself was too late: it has half a second. */
    private static boolean mayStillAsk() throws Exception {
        try (var scene = Scene.start();
                var client = new RawHttp2(scene.client())) {
            scene.answering(Answers.hang("in time"));
            client.frame(RawHttp2.PING, 0, 0, new byte[8]);
            while (client.read().type() != RawHttp2.PING) {}
            var begun = System.nanoTime();
            var stopped = scene.gateway().node().stop();
            var frame = client.read();
            while (frame.type() != RawHttp2.GOAWAY) {
                frame = client.read();
            }
            assertThat(ByteBuffer.wrap(frame.payload()).getInt()).isEqualTo(Integer.MAX_VALUE);
            client.get(1, "/");
            if (isLate(begun)) {
                return false;
            }
            scene.origin().awaitRequests(1);
            scene.origin().release();
            assertThat(client.outcome(1).body()).isEqualTo("in time");
            TestGateway.await(stopped);
            return true;
        }
    }

    private static boolean isLate(long since) {
        return System.nanoTime() - since > Duration.ofMillis(400).toNanos();
    }

    @Test
    void clients_of_a_listener_that_goes_are_told() throws Exception {
        try (var scene = Scene.start();
                var client = scene.client();
                var streams = new RawHttp2(scene.client())) {
            scene.answering(Answers.hang("in time"));
            client.send(RawClient.request("GET", "/"));
            streams.get(1, "/");
            scene.origin().awaitRequests(2);
            scene.gateway().reload("""
                    listeners: { other: { listen: "127.0.0.1:0" } }
                    services: { origin: { targets: "%s" } }
                    routes:   { all: { match: { path: "/**" }, to: origin } }
                    """, scene.origin().url());
            var frame = streams.read();
            while (frame.type() != RawHttp2.GOAWAY) {
                frame = streams.read();
            }
            assertThat(ByteBuffer.wrap(frame.payload()).getInt()).isEqualTo(Integer.MAX_VALUE);
            scene.origin().release();
            var answer = client.read();
            assertThat(answer.text()).isEqualTo("in time");
            assertThat(answer.header("connection")).isEqualToIgnoringCase("close");
            assertThat(streams.outcome(1).body()).isEqualTo("in time");
        }
    }

    @Test
    void a_keep_alive_client_that_asks_on_is_served_until_it_is_told() throws Exception {
        Waiting.until("a client that asks in time", () -> isServedUntilItIsTold());
    }

    /** False where this client itself was too late: it has half a second. */
    private static boolean isServedUntilItIsTold() throws Exception {
        try (var scene = Scene.start();
                var client = scene.client()) {
            client.send(RawClient.request("GET", "/")).read();
            var begun = System.nanoTime();
            var stopped = scene.gateway().node().stop();
            for (var told = false; !told; begun = System.nanoTime()) {
                try {
                    var response = client.send(RawClient.request("GET", "/")).read();
                    assertThat(response.status()).isEqualTo(200);
                    told = "close".equalsIgnoreCase(response.header("connection"));
                } catch (IOException ended) {
                    if (isLate(begun)) {
                        return false;
                    }
                    throw ended;
                }
            }
            assertThat(client.closedByPeer()).isTrue();
            TestGateway.await(stopped);
            return true;
        }
    }

    @Test
    void who_connects_at_the_end_is_served_or_refused_and_not_reset() throws Exception {
        try (var scene = Scene.start();
                var connections = NewConnections.to(scene.gateway().port())) {
            TestGateway.await(scene.gateway().node().stop());
            connections.assertServedOrRefused();
        }
    }

    @Test
    void what_does_not_end_in_time_is_cut() throws Exception {
        try (var scene = Scene.start("""
                node: { drain: { http: 300ms } }
                services: { origin: { targets: "%s" } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """);
                var client = scene.client()) {
            scene.answering(Answers.hang("too late"));
            client.send(RawClient.request("GET", "/"));
            scene.origin().awaitRequests(1);
            TestGateway.await(scene.gateway().node().stop());
            assertThat(client.closedByPeer()).isTrue();
            scene.origin().awaitClosed(1);
        }
    }
}
