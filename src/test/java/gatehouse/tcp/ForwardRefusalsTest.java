package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.Cidr;
import gatehouse.config.ConfigException;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the forward proxy does not do, and how it says so. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForwardRefusalsTest extends ForwardCase {
    @Test
    void the_dot_of_the_root_opens_no_other_way() throws Exception {
        var port = ":" + origin.port();
        assertThat(ask(gateway, "CONNECT example.com." + port + " HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        for (var wrong : List.of("localhost..", ".", "[::1].", "[::1.]")) {
            assertThat(ask(gateway, "CONNECT " + wrong + port + " HTTP/1.1\r\n\r\n"))
                    .startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void who_has_to_say_who_they_are_is_asked() throws Exception {
        var url = "http://localhost:" + origin.port() + "/";
        var plain = "GET " + url + " HTTP/1.1\r\nHost: x\r\n";
        assertThat(ask(strict, plain + "\r\n"))
                .startsWith("HTTP/1.1 407")
                .contains("Proxy-Authenticate: Basic")
                .contains("proxy-unauthorized");
        for (var bad : List.of("alice:wrong-wrong-wrong", "bob:0123456789abcdef", "alice", ":")) {
            assertThat(ask(strict, plain + "Proxy-Authorization: Basic " + base64(bad) + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 407");
        }
        var good = ask(strict, plain + "Proxy-Authorization: Basic " + base64("alice:0123456789abcdef") + "\r\n\r\n");
        assertThat(good).startsWith("HTTP/1.1 200").endsWith("hello");
        assertThat(origin.lastRequest().header("Proxy-Authorization")).isNull();
    }

    @Test
    void who_sends_wrong_credentials_again_and_again_is_not_listened_to() throws Exception {
        var request = "GET http://localhost:" + origin.port() + "/ HTTP/1.1\r\nHost: x\r\n";
        var wrong = request + "Proxy-Authorization: Basic " + base64("alice:wrong-wrong-wrong") + "\r\n\r\n";
        var right = request + "Proxy-Authorization: Basic " + base64("alice:0123456789abcdef") + "\r\n\r\n";
        try (var patient =
                gateway("authenticate: true, failures: 3/h, allow: [127.0.0.0/8], ports: [" + origin.port() + "]")) {
            for (var i = 0; i < 3; i++) {
                assertThat(ask(patient, request + "\r\n")).startsWith("HTTP/1.1 407"); // says nothing, guesses nothing
                assertThat(ask(patient, right)).startsWith("HTTP/1.1 200");
                assertThat(ask(patient, wrong)).startsWith("HTTP/1.1 407");
            }
            assertThat(ask(patient, right)).startsWith("HTTP/1.1 429").contains("Retry-After: ");
            TestGateway.await(patient.node().redeploy("tcp"));
            assertThat(ask(patient, wrong)).startsWith("HTTP/1.1 429");
        }
    }

    @Test
    void hosts_ports_and_addresses_that_are_not_allowed_are_403() throws Exception {
        var port = origin.port();
        assertThat(ask(gateway, connect("other.test:" + port)))
                .startsWith("HTTP/1.1 403")
                .contains("this host");
        assertThat(ask(gateway, connect("localhost:" + (port == 22 ? 23 : 22))))
                .startsWith("HTTP/1.1 403")
                .contains("this port");
        for (var inside : List.of("169.254.169.254", "[::1]")) {
            assertThat(ask(gateway, connect(inside + ":" + port)))
                    .startsWith("HTTP/1.1 403")
                    .contains("this address");
        }
        try (var own = gateway("ports: [" + port + "]")) {
            assertThat(ask(own, connect("localhost:" + port)))
                    .startsWith("HTTP/1.1 403")
                    .contains("this address");
            assertThat(ask(own, "GET http://127.0.0.1:" + port + "/ HTTP/1.1\r\nHost: x\r\n\r\n"))
                    .startsWith("HTTP/1.1 403");
        }
    }

    @Test
    void what_is_no_request_to_a_proxy_is_400() throws Exception {
        for (var bad : List.of(
                "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "CONNECT localhost HTTP/1.1\r\n\r\n",
                "CONNECT localhost:99999 HTTP/1.1\r\n\r\n",
                "GET https://localhost/ HTTP/1.1\r\n\r\n",
                "GET http://user@localhost/ HTTP/1.1\r\n\r\n",
                "GET http://local%68ost/ HTTP/1.1\r\n\r\n",
                "POST http://localhost/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST http://localhost/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "GET http://localhost/ HTTP/1.1\r\nSec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n\r\n12345678",
                "GET http://localhost/a#b HTTP/1.1\r\n\r\n",
                "GET http://localhost/\u00e9 HTTP/1.1\r\n\r\n",
                "nonsense\r\n\r\n")) {
            assertThat(ask(gateway, bad)).as(bad).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void a_version_that_is_not_spoken_here_is_not_passed_on_RFC_9112_2_3() throws Exception {
        var before = origin.requests().size();
        for (var version : List.of("HTTP/2.0", "HTTP/1.2", "HTTP/0.9")) {
            var url = "http://localhost:" + origin.port() + "/";
            assertThat(ask(gateway, "GET " + url + " " + version + "\r\nHost: x\r\n\r\n"))
                    .as(version)
                    .startsWith("HTTP/1.1 505");
        }
        assertThat(origin.requests()).hasSize(before);
    }

    @Test
    void a_refusal_says_under_which_id_it_stands_in_the_log() throws Exception {
        var refused = "http://localhost/ HTTP/1.1\r\nHost: x\r\n\r\n";
        assertThat(ask(gateway, "GET " + refused))
                .startsWith("HTTP/1.1 403")
                .containsPattern("(?s)X-Request-Id: ([0-9a-f]+)\r\n.*\"instance\":\"\\1\"");
        assertThat(ask(gateway, "HEAD " + refused)).startsWith("HTTP/1.1 403").endsWith("\r\n\r\n");
    }

    @Test
    void a_refusal_reaches_who_has_sent_more_than_a_request() throws Exception {
        try (var client = RawClient.connect(gateway.port("egress"))) {
            client.send(connect("other.test:" + origin.port()) + "x".repeat(100_000));
            assertThat(client.read("GET").status()).isEqualTo(403);
            client.send("y".repeat(1000)); // a reset would fail this, or what follows
            assertThat(client.readAll()).isEmpty();
        }
    }

    @Test
    void who_never_ceases_to_send_after_a_refusal_is_cut_off() throws Exception {
        try (var client = RawClient.connect(gateway.port("egress"))) {
            client.send(connect("other.test:" + origin.port()));
            assertThat(client.read("GET").status()).isEqualTo(403);
            var sending = client.sendInBackground(new byte[16 * 1024 * 1024]);
            assertThat(client.closedByPeer()).isTrue();
            assertThat(sending).failsWithin(java.time.Duration.ofSeconds(30));
        }
    }

    @Test
    void connect_with_content_is_400_RFC_9110_9_3_6() throws Exception {
        var head = "CONNECT localhost:" + origin.port() + " HTTP/1.1\r\nHost: x\r\n";
        assertThat(ask(gateway, head + "Content-Length: 3\r\n\r\nabc")).startsWith("HTTP/1.1 400");
        assertThat(ask(gateway, head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
    }

    @Test
    void a_host_that_refuses_is_502() throws Exception {
        var closed = RawOrigin.closedPort();
        try (var own = gateway("allow: [127.0.0.0/8], ports: [" + closed + "]")) {
            assertThat(ask(own, connect("localhost:" + closed)))
                    .startsWith("HTTP/1.1 502")
                    .contains("not-connected");
        }
    }

    @Test
    void addresses_inside_are_out_of_reach_in_every_spelling() throws Exception {
        for (var inside : List.of(
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.100.100.200",
                "0.0.0.0",
                "::1",
                "::",
                "fe80::1",
                "fd00:ec2::254",
                "::ffff:127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::7f00:1",
                "::ffff:0:127.0.0.1",
                "2001::1",
                "2001:2::1",
                "2002:7f00:1::",
                "5f00::1")) {
            assertThat(Reach.allows(InetAddress.getByName(inside), List.of()))
                    .as(inside)
                    .isFalse();
        }
        for (var outside : List.of("8.8.8.8", "172.32.0.1", "2606:4700::1111", "2001:4860:4860::8888")) {
            assertThat(Reach.allows(InetAddress.getByName(outside), List.of()))
                    .as(outside)
                    .isTrue();
        }
        assertThat(Reach.allows(InetAddress.getByName("10.1.2.3"), List.of(Cidr.parse("10.1.0.0/16"))))
                .isTrue();
    }

    @Test
    void a_proxy_that_others_reach_asks_who_they_are() {
        assertThatThrownBy(() -> TestGateway.startWithStreams("""
                        listeners: { egress: { listen: ":0", protocols: [forward] } }
                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("forward.unsafe: [authenticate]");
        assertThatThrownBy(() -> TestGateway.startWithStreams("""
                        listeners: { egress: { listen: "127.0.0.1:0", protocols: [forward] } }
                        routes: { out: { match: { listener: egress }, to: forward } }
                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("the hosts that clients may go to");
    }
}
