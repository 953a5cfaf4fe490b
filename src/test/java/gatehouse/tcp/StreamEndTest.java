package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ends of connections that are no ends in order. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StreamEndTest extends StreamCase {
    @Test
    void a_reset_behind_the_end_of_what_a_server_sends_ends_both_sides() throws Exception {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var gateway = gateway("", "targets: \"tcp://127.0.0.1:" + server.getLocalPort() + "\"", "");
                var client = connect(gateway)) {
            client.send("hello");
            try (var connection = server.accept()) {
                connection.getOutputStream().write("bye".getBytes(StandardCharsets.US_ASCII));
                connection.shutdownOutput();
                assertThat(client.readAllText()).isEqualTo("bye");
                assertThat(connection.getInputStream().readNBytes(5)).hasSize(5);
                connection.setSoLinger(true, 0);
            }
            awaitNothingInFlight(gateway);
        }
    }

    @Test
    void a_reset_behind_the_end_of_what_a_client_sends_ends_both_sides() throws Exception {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var gateway = gateway("", "targets: \"tcp://127.0.0.1:" + server.getLocalPort() + "\"", "");
                var client = connect(gateway)) {
            client.send("hello").halfClose();
            try (var connection = server.accept()) {
                connection.setSoTimeout(30_000);
                assertThat(connection.getInputStream().readAllBytes()).hasSize(5);
                client.reset();
                awaitNothingInFlight(gateway);
            }
        }
    }

    /** More than all buffers on the way hold, and slowly: each side waits for the other many times. */
    @ParameterizedTest(name = "once the server has heard of it: {0}")
    @ValueSource(booleans = {true, false})
    void an_answer_of_any_length_reaches_a_client_that_sends_no_more(boolean late) throws Exception {
        var all = 8 * 1024 * 1024;
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var gateway = gateway("", "targets: \"tcp://127.0.0.1:" + server.getLocalPort() + "\"", "")) {
            for (var i = 0; i < 5; i++) {
                try (var client = RawClient.connect(gateway.port("db"), 16 * 1024)) {
                    client.send("hello");
                    if (!late) {
                        client.halfClose();
                    }
                    try (var connection = server.accept()) {
                        assertThat(connection.getInputStream().readNBytes(5)).hasSize(5);
                        if (late) {
                            client.halfClose();
                        }
                        assertThat(connection.getInputStream().read()).isEqualTo(-1);
                        var reading = CompletableFuture.supplyAsync(() -> {
                            try {
                                return client.readAll().length;
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
                        connection.getOutputStream().write(new byte[all]);
                        connection.shutdownOutput();
                        assertThat(reading.get(30, TimeUnit.SECONDS)).isEqualTo(all);
                    }
                }
            }
        }
    }

    private static void awaitNothingInFlight(TestGateway gateway) throws Exception {
        var target = gateway.node().snapshots().current().services().get("db");
        Waiting.until("none is under way", () -> target.targets().get(0).inFlight() == 0);
    }

    @ParameterizedTest(name = "by a reload: {0}")
    @ValueSource(booleans = {true, false})
    void what_is_not_over_in_time_when_its_listener_goes_never_looks_whole(boolean reload) throws Exception {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var gateway = TestGateway.startWithStreams("""
                        node: { drain: { tcp: 100ms } }
                        listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp] } }
                        services: { db: { targets: "tcp://127.0.0.1:%s" } }
                        routes: { db: { match: { listener: db }, to: db } }
                        """, server.getLocalPort());
                var client = connect(gateway)) {
            client.send("half of");
            try (var connection = server.accept()) {
                connection.setSoTimeout(30_000);
                assertThat(connection.getInputStream().readNBytes(7)).hasSize(7);
                if (reload) {
                    gateway.reload("""
                            node: { drain: { tcp: 100ms } }
                            listeners: { other: { listen: "127.0.0.1:0", protocols: [tcp] } }
                            """);
                } else {
                    TestGateway.await(gateway.node().stop());
                }
                assertThat(client.resetByPeer()).isTrue();
                assertThatThrownBy(() -> connection.getInputStream().read()).isInstanceOf(SocketException.class);
            }
        }
    }
}
