package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.StandStillExcuses;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Datagrams, passed on. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class UdpTest {
    private DatagramSocket echo;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Answers with the port that the datagram came from, and its text. */
    @BeforeEach
    void listen() throws Exception {
        echo = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
        var thread = new Thread(() -> {
            var packet = new DatagramPacket(new byte[65_535], 65_535);
            try {
                while (true) {
                    packet.setLength(65_535);
                    echo.receive(packet);
                    var answer =
                            (packet.getPort() + " " + new String(packet.getData(), 0, packet.getLength())).getBytes();
                    echo.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                ended.countDown();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void close() throws Exception {
        echo.close();
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private TestGateway gateway(String listener) throws Exception {
        return TestGateway.startWithStreams("""
                accessLog: { file: access.log }
                listeners: { dns: { listen: "127.0.0.1:0", protocols: [udp] %s } }
                services: { dns: { targets: "udp://127.0.0.1:%s" } }
                routes: { dns: { match: { listener: dns }, to: dns } }
                """.formatted(listener, echo.getLocalPort()));
    }

    private static DatagramSocket client() throws IOException {
        var client = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
        client.setSoTimeout(30_000);
        return client;
    }

    private static String ask(TestGateway gateway, DatagramSocket client, String text) throws IOException {
        return ask(gateway, "dns", client, text);
    }

    private static String ask(TestGateway gateway, String listener, DatagramSocket client, String text)
            throws IOException {
        var bytes = text.getBytes();
        client.send(
                new DatagramPacket(bytes, bytes.length, InetAddress.getByName("127.0.0.1"), gateway.port(listener)));
        var answer = new DatagramPacket(new byte[65_535], 65_535);
        client.receive(answer);
        return new String(answer.getData(), 0, answer.getLength());
    }

    @Test
    void each_client_has_a_socket_of_its_own_towards_the_target_and_keeps_it() throws Exception {
        var gateway = gateway("");
        var log = gateway.home().resolve("access.log");
        try (var one = client();
                var two = client()) {
            var first = ask(gateway, one, "a");
            var second = ask(gateway, two, "a");
            assertThat(first).endsWith(" a").isNotEqualTo(second);
            assertThat(ask(gateway, one, "a")).isEqualTo(first);
            assertThat(ask(gateway, one, "x".repeat(9000))).endsWith("x".repeat(9000));
            TestGateway.await(gateway.node().stop());
            assertThat(Files.readString(log)).contains("\"method\":\"UDP\"").contains("\"bytesIn\":9002");
        } finally {
            gateway.close();
        }
    }

    @Test
    void an_answer_comes_after_the_verticle_that_passed_on_the_question_has_a_successor() throws Exception {
        try (var slow = client();
                var client = client();
                var gateway = TestGateway.startWithStreams("""
                        listeners: { dns: { listen: "127.0.0.1:0", protocols: [udp], stream: { session: 10s } } }
                        services: { dns: { targets: "udp://127.0.0.1:%s" } }
                        routes: { dns: { match: { listener: dns }, to: dns } }
                        """, slow.getLocalPort())) {
            var here = InetAddress.getByName("127.0.0.1");
            client.send(new DatagramPacket(new byte[] {1}, 1, here, gateway.port("dns")));
            var question = new DatagramPacket(new byte[1], 1);
            slow.receive(question);
            TestGateway.await(gateway.node().redeploy("tcp"));
            var before = gateway.vertx().deploymentIDs().size();
            client.send(new DatagramPacket(new byte[] {2}, 1, here, gateway.port("dns")));
            var another = new DatagramPacket(new byte[1], 1);
            slow.receive(another);
            assertThat(another.getPort()).isNotEqualTo(question.getPort());
            assertThat(gateway.vertx().deploymentIDs()).hasSize(before);

            slow.send(new DatagramPacket(new byte[] {3}, 1, question.getSocketAddress()));
            var answer = new DatagramPacket(new byte[1], 1);
            client.receive(answer);
            assertThat(answer.getData()).containsExactly(3);
        }
    }

    @Test
    void who_was_silent_is_forgotten() throws Exception {
        try (var gateway = gateway(", stream: { session: 10ms }");
                var client = client()) {
            var first = ask(gateway, client, "a");
            var again = first;
            for (var i = 0; i < 50 && again.equals(first); i++) {
                TestGateway.await(gateway.vertx().timer(150));
                again = ask(gateway, client, "a");
            }
            assertThat(again).isNotEqualTo(first);
        }
    }

    @Test
    void there_are_as_many_clients_as_there_may_be() throws Exception {
        try (var gateway = gateway(", stream: { sessions: 1 }");
                var one = client();
                var two = client()) {
            assertThat(ask(gateway, one, "a")).endsWith(" a");
            two.setSoTimeout(200);
            assertThatThrownBy(() -> ask(gateway, two, "a")).isInstanceOf(SocketTimeoutException.class);
            assertThat(ask(gateway, one, "b")).endsWith(" b");
        }
    }

    @Test
    void clients_of_one_listener_take_no_places_of_another() throws Exception {
        try (var gateway = TestGateway.startWithStreams("""
                        listeners:
                          dns: { listen: "127.0.0.1:0", protocols: [udp] }
                          few: { listen: "127.0.0.1:0", protocols: [udp], stream: { sessions: 1 }, limits: { perAddress: 1 } }
                        services: { dns: { targets: "udp://127.0.0.1:%s" } }
                        routes: { dns: { match: { listener: [dns, few] }, to: dns } }
                        """, echo.getLocalPort());
                var client = client()) {
            assertThat(ask(gateway, client, "a")).endsWith(" a");
            assertThat(ask(gateway, "few", client, "b")).endsWith(" b");
        }
    }

    @Test
    @ExtendWith(StandStillExcuses.class)
    void an_answer_that_is_under_way_is_waited_for_when_another_serves() throws Exception {
        try (var target = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
                var gateway = TestGateway.startWithStreams("""
                        listeners: { dns: { listen: "127.0.0.1:0", protocols: [udp] } }
                        services: { dns: { targets: "udp://127.0.0.1:%s" } }
                        routes: { dns: { match: { listener: dns }, to: dns } }
                        """, target.getLocalPort());
                var client = client()) {
            target.setSoTimeout(30_000);
            var question = new DatagramPacket(new byte[1], 1, InetAddress.getByName("127.0.0.1"), gateway.port("dns"));
            client.send(question);
            var asked = new DatagramPacket(new byte[1], 1);
            target.receive(asked);
            var redeployed = gateway.node().redeploy("tcp");
            var later = new DatagramPacket(new byte[1], 1);
            do { // until it comes from the one that serves now
                client.send(question);
                target.receive(later);
            } while (later.getSocketAddress().equals(asked.getSocketAddress()));
            TestGateway.await(gateway.vertx().timer(200)); // the former one is told to end after that
            target.send(new DatagramPacket(new byte[] {7}, 1, asked.getSocketAddress()));
            var answer = new DatagramPacket(new byte[1], 1);
            client.receive(answer);
            assertThat(answer.getData()).containsExactly(7);
            TestGateway.await(redeployed);
        }
    }
}
