package gatehouse.cluster;

import static gatehouse.cluster.Nodes.await;
import static gatehouse.testing.Members.SECRET;
import static gatehouse.testing.Members.settings;
import static gatehouse.testing.Members.vertx;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.cluster.Nodes.Word;
import gatehouse.config.ListenAddress;
import gatehouse.testing.LogLines;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who does not know the secret of the cluster, at the ports of one who does. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StrangersTest {
    private static Joined one;
    private static Vertx vertxOne;

    @BeforeAll
    static void start() {
        one = Joined.join(settings(SECRET), "one");
        vertxOne = vertx(one);
    }

    @AfterAll
    static void end() {
        await(vertxOne.close());
        one.close();
    }

    @Test
    void a_node_with_another_secret_stays_alone() {
        try (var stranger = Joined.join(settings("what strangers believe", one.address()), "stranger")) {
            assertThat(stranger.members()).hasSize(1);
            assertThat(one.members()).extracting(Member::name).doesNotContain("stranger");
        }
    }

    @Test
    void the_log_of_a_member_says_once_a_minute_that_a_stranger_may_have_another_secret() throws Exception {
        var now = new AtomicLong();
        var handshake = new Handshake(new Secret(SECRET), now::get);
        try (var log = new LogLines(Handshake.class)) {
            for (var attempt = 0; attempt < 3; attempt++) {
                hangUpOn(handshake);
            }
            assertThat(log.lines())
                    .containsExactly("cluster: no connection with 127.0.0.1: it hung up, as it does if it has another"
                            + " cluster.secret, or is no member at all");
            now.addAndGet(TimeUnit.MINUTES.toNanos(1));
            hangUpOn(handshake);
            assertThat(log.lines()).hasSize(2);
        }
    }

    /** As one who finds that the other has another secret. */
    private static void hangUpOn(Handshake handshake) throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var stranger = new Socket(server.getInetAddress(), server.getLocalPort());
                var accepted = server.accept()) {
            stranger.getOutputStream()
                    .write(("GATEHOUSE-CLUSTER-1\n" + "x".repeat(32)).getBytes(StandardCharsets.US_ASCII));
            stranger.shutdownOutput();
            assertThatThrownBy(() -> handshake.onAccept(accepted)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_member_listens_at_no_address_of_another_host() {
        var settings = settings("192.0.2.1:5701", SECRET, Duration.ofSeconds(5));

        assertThatThrownBy(() -> Joined.join(settings, "lost"))
                .isInstanceOf(NotHereException.class)
                .hasMessage("this host has no such address");
    }

    @Test
    void two_members_of_one_name_are_told_once() {
        var namesakes = new Namesakes();
        var members = List.of(
                new Member("1", "gate", "10.0.0.1:5701", true),
                new Member("2", "other", "10.0.0.2:5701", false),
                new Member("3", "gate", "10.0.0.3:5701", false));
        try (var log = new LogLines(Joined.class)) {
            namesakes.look(members.subList(0, 2));
            assertThat(log.lines()).isEmpty();
            namesakes.look(members);
            namesakes.look(members);
            assertThat(log.lines())
                    .containsExactly("cluster: two members are called gate, at 10.0.0.1:5701 and 10.0.0.3:5701;"
                            + " node.name must be another one on each node");
        }
    }

    @Test
    void who_does_not_prove_to_know_the_secret_is_hung_up_on() throws IOException {
        for (var greeting :
                List.of("GATEHOUSE-CLUSTER-1\n" + "x".repeat(64), "GET / HTTP/1.1\r\n\r\n" + " ".repeat(99))) {
            assertThat(answerTo(one.address(), greeting)).hasSizeLessThanOrEqualTo(64);
        }
    }

    /** What comes until the connection is closed, which it has to be. */
    private static byte[] answerTo(String address, String greeting) throws IOException {
        var at = ListenAddress.parse(address);
        try (var socket = new Socket(InetAddress.getByName(at.host()), at.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().readAllBytes();
        } catch (java.net.SocketException reset) {
            return new byte[0];
        }
    }

    /** Speaks TLS and has no certificate, or one of another cluster; trusts anybody. */
    @ParameterizedTest(name = "with the secret {0}")
    @NullSource
    @ValueSource(strings = "what strangers believe")
    void who_has_not_the_certificate_of_the_cluster_can_not_speak_on_the_event_bus(String secret) throws Exception {
        var heard = new AtomicInteger();
        var subscription = Word.TOPIC.subscribe(vertxOne, word -> heard.incrementAndGet());
        await(subscription.ready());
        var bus = ((VertxInternal) vertxOne).clusterManager().getNodeInfo();
        var context = SSLContext.getInstance("TLS");
        context.init(secret == null ? null : keys(secret), new TrustManager[] {new Credulous()}, null);
        try (var socket = context.getSocketFactory().createSocket(bus.host(), bus.port())) {
            socket.setSoTimeout(30_000);
            assertThatThrownBy(() -> {
                        socket.getOutputStream().write(new byte[] {0, 0, 0, 1, 0});
                        while (socket.getInputStream().read() >= 0) {
                            // a pong would be an answer
                        }
                        throw new IOException("closed");
                    })
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
        }
        assertThat(heard).hasValue(0);
        await(subscription.close());
    }

    private static KeyManager[] keys(String secret) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(Identity.keyStore(new Secret(secret), "x")), "x".toCharArray());
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, "x".toCharArray());
        return factory.getKeyManagers();
    }

    /** Believes whatever it is shown. */
    private static final class Credulous extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void all_members_have_the_same_certificate_and_others_another() {
        assertThat(Identity.certificate(new Secret(SECRET))).isEqualTo(Identity.certificate(new Secret(SECRET)));
        assertThat(Identity.certificate(new Secret(SECRET)))
                .isNotEqualTo(Identity.certificate(new Secret(SECRET + "!")));
    }
}
