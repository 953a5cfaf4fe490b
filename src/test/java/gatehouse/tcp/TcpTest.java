package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Bytes of any protocol, passed on. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TcpTest extends StreamCase {
    @Test
    void bytes_go_both_ways() throws Exception {
        try (var gateway = gateway();
                var client = connect(gateway)) {
            client.send("hello");
            assertThat(new String(client.readBytes(5))).isEqualTo("hello");
            client.send("again");
            assertThat(new String(client.readBytes(5))).isEqualTo("again");
        }
    }

    @Test
    void a_connection_outlives_the_verticle_that_took_it() throws Exception {
        try (var gateway = TestGateway.startWithStreams("""
                        node: { drain: { tcp: 0s } }
                        listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp] } }
                        services: { db: { targets: "%s" } }
                        routes: { db: { match: { listener: db }, to: db } }
                        """, peer.url())) {
            var before = gateway.vertx().deploymentIDs().size();
            try (var client = connect(gateway)) {
                client.send("hello");
                assertThat(new String(client.readBytes(5))).isEqualTo("hello");
                TestGateway.await(gateway.node().redeploy("tcp"));
                for (var i = 0; i < 20; i++) {
                    try (var other = connect(gateway)) {
                        other.send("other");
                        assertThat(new String(other.readBytes(5))).isEqualTo("other");
                    }
                }
                client.send("again");
                assertThat(new String(client.readBytes(5))).isEqualTo("again");
            }
            Waiting.until(
                    "the one before is gone",
                    () -> gateway.vertx().deploymentIDs().size() <= before);
        }
    }

    @Test
    void a_server_may_speak_first() throws Exception {
        try (var greeting = new Peer("220 ready\r\n");
                var gateway = gateway("", "targets: \"" + greeting.url() + "\"", "");
                var client = connect(gateway)) {
            assertThat(new String(client.readBytes(11))).isEqualTo("220 ready\r\n");
        }
    }

    @Test
    void the_end_of_what_a_client_sends_is_passed_on_and_the_answer_still_comes() throws Exception {
        try (var gateway = gateway();
                var client = connect(gateway)) {
            var much = new byte[500_000];
            java.util.Arrays.fill(much, (byte) 'x');
            var sending = client.sendInBackground(much).thenRun(() -> {
                try {
                    client.halfClose();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(client.readAll()).hasSize(much.length);
            sending.get(30, TimeUnit.SECONDS);
            assertThat(peer.ends()).isEqualTo(1);
        }
    }

    @Test
    void a_long_stream_arrives_whole_both_ways_up_to_its_last_byte() throws Exception {
        var all = new byte[24 * 1024 * 1024];
        new java.util.Random(4711).nextBytes(all);
        try (var gateway = gateway();
                var client = connect(gateway)) {
            var sending = client.sendInBackground(all).thenRun(() -> {
                try {
                    client.halfClose();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(java.util.Arrays.equals(client.readBytes(all.length), all))
                    .isTrue();
            assertThat(client.readAll()).isEmpty();
            sending.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_client_that_is_slow_to_read_gets_what_its_server_has_sent_before_it_went() throws Exception {
        var all = "x".repeat(100_000);
        try (var greeting = new Peer(all);
                var gateway = gateway(", stream: { idle: 1s }", "targets: \"" + greeting.url() + "\"", "");
                var client = RawClient.connect(gateway.port("db"), 8 * 1024)) {
            client.halfClose();
            greeting.awaitEnds(1);
            awaitEnd(gateway);
            assertThat(client.readAll()).hasSize(all.length());
        }
    }

    private static void awaitEnd(TestGateway gateway) throws Exception {
        var log = gateway.home().resolve("access.log");
        Waiting.until(
                "its line", () -> Files.exists(log) && Files.readString(log).contains("TCP"));
        assertThat(Files.readString(log)).contains("\"status\":");
    }

    @Test
    void the_answer_of_a_server_that_takes_no_more_still_arrives() throws Exception {
        var much = new byte[4 * 1024 * 1024];
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var gateway = gateway("", "targets: \"tcp://127.0.0.1:" + server.getLocalPort() + "\"", "")) {
            for (var i = 0; i < 10; i++) {
                CompletableFuture<Void> sending;
                try (var client = connect(gateway)) {
                    sending = client.sendInBackground(much).exceptionally(reset -> null);
                    try (var connection = server.accept()) {
                        assertThat(connection.getInputStream().read()).isZero();
                        connection.getOutputStream().write("too much".getBytes("US-ASCII"));
                    } // with much of it unread, which resets
                    assertThat(new String(client.readBytes(8))).isEqualTo("too much");
                }
                sending.get(30, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void a_reset_is_passed_on_as_one() throws Exception {
        try (var gateway = gateway();
                var client = connect(gateway)) {
            client.send("hello");
            assertThat(new String(client.readBytes(5))).isEqualTo("hello");
            peer.reset();
            assertThat(client.resetByPeer()).isTrue();
        }
    }

    @Test
    void a_client_without_a_byte_leaves_nothing_behind() throws Exception {
        try (var gateway = gateway()) {
            connect(gateway).close();
            peer.awaitEnds(1);
            var service = gateway.node().snapshots().current().services().get("db");
            Waiting.until("nothing in flight", () -> service.targets().get(0).inFlight() == 0);
        }
    }

    @Test
    void who_may_not_by_address_is_closed() throws Exception {
        try (var gateway = gateway(
                        "", "targets: \"" + peer.url() + "\"", ", access: { deny: [ { cidr: [127.0.0.0/8] } ] }");
                var client = connect(gateway)) {
            assertThat(client.closedByPeer()).isTrue();
            assertThat(peer.connections()).isZero();
        }
    }

    @Test
    void an_address_has_as_many_connections_as_it_may() throws Exception {
        try (var gateway = gateway(", limits: { perAddress: 1 }", "targets: \"" + peer.url() + "\"", "");
                var one = connect(gateway)) {
            one.send("hello");
            assertThat(new String(one.readBytes(5))).isEqualTo("hello");
            try (var two = connect(gateway)) {
                assertThat(two.closedByPeer() || two.resetByPeer()).isTrue();
            } catch (SocketException e) {
                assertThat(e).hasMessageContaining("reset");
            }
        }
    }

    @Test
    void a_connection_on_which_nothing_moves_is_closed() throws Exception {
        try (var gateway = gateway(", stream: { idle: 50ms }", "targets: \"" + peer.url() + "\"", "");
                var client = connect(gateway)) {
            assertThat(client.closedByPeer() || client.resetByPeer()).isTrue();
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void a_client_that_does_not_read_holds_up_its_server() throws Exception {
        try (var flood = new Flood();
                var gateway = gateway("", "targets: \"" + flood.url() + "\"", "");
                var client = RawClient.connect(gateway.port("db"), 16 * 1024)) {
            flood.awaitStall();
            assertThat(flood.sent()).isLessThan(Flood.ALL);
            assertThat(client.readBytes(Flood.ALL)).hasSize(Flood.ALL);
        }
    }

    @Test
    void a_reload_leaves_connections_open() throws Exception {
        try (var other = new Peer("");
                var gateway = gateway();
                var before = connect(gateway)) {
            before.send("hello");
            assertThat(new String(before.readBytes(5))).isEqualTo("hello");
            gateway.reload("""
                    listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp] } }
                    services: { db: { targets: "%s" } }
                    routes: { db: { match: { listener: db }, to: db } }
                    """, other.url());
            before.send("still");
            assertThat(new String(before.readBytes(5))).isEqualTo("still");
            try (var after = connect(gateway)) {
                after.send("hello");
                assertThat(new String(after.readBytes(5))).isEqualTo("hello");
            }
            assertThat(other.connections()).isEqualTo(1);
        }
    }

    @Test
    void a_node_that_ends_lets_connections_finish_and_writes_their_lines() throws Exception {
        var gateway = gateway();
        var log = gateway.home().resolve("access.log");
        var client = connect(gateway);
        client.send("hello");
        assertThat(new String(client.readBytes(5))).isEqualTo("hello");
        var ending = gateway.node().stop();
        client.send("bye");
        assertThat(new String(client.readBytes(3))).isEqualTo("bye");
        client.close();
        TestGateway.await(ending);
        assertThat(Files.readString(log))
                .contains("\"method\":\"TCP\"", "\"bytesIn\":8", "\"bytesOut\":8", "\"route\":\"db\"");
        assertThat(gateway.node().metrics()).isNotNull();
        gateway.close();
    }

    @Test
    void bytes_are_counted() throws Exception {
        try (var gateway = gateway()) {
            try (var client = connect(gateway)) {
                client.send("hello");
                assertThat(new String(client.readBytes(5))).isEqualTo("hello");
            }
            var counted = "gatehouse_request_bytes_total{route=\"db\"} 5";
            Waiting.until(counted, () -> gateway.node().metrics().scrape().contains(counted));
        }
    }
}
