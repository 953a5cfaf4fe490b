package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.Cidr;
import gatehouse.config.ConfigException;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestCertificates;
import gatehouse.testing.TestGateway;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The forward proxy. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForwardTest {
    @TempDir
    static Path folder;

    private RawOrigin origin;
    private TestGateway gateway;
    private TestGateway strict;

    @BeforeAll
    void start() throws Exception {
        origin = RawOrigin.answering(Answers.ok("hello"));
        gateway = gateway("allow: [127.0.0.0/8], ports: [" + origin.port() + "]");
        strict = gateway("authenticate: true, allow: [127.0.0.0/8], ports: [" + origin.port() + "]");
    }

    @AfterAll
    void stop() throws Exception {
        gateway.close();
        strict.close();
        origin.close();
    }

    private static TestGateway gateway(String forward) throws Exception {
        return TestGateway.startWithStreams("""
                listeners:
                  egress: { listen: "127.0.0.1:0", protocols: [forward], forward: { %s }, limits: { headerTime: 5s } }
                consumers:
                  alice: { groups: [staff], keys: ["0123456789abcdef"] }
                routes:
                  out: { match: { listener: egress, host: [localhost, "127.0.0.1", "169.254.169.254", "[::1]"] }, to: forward }
                """.formatted(forward));
    }

    private String ask(TestGateway through, String request) throws Exception {
        try (var client = RawClient.connect(through.port("egress"))) {
            client.send(request);
            return client.readAllText();
        }
    }

    @Test
    void curl_gets_through_with_a_url() throws Exception {
        assertThat(TestCertificates.run(
                        "",
                        "curl",
                        "-s",
                        "-x",
                        "http://127.0.0.1:" + gateway.port("egress"),
                        "--noproxy",
                        "",
                        "http://localhost:" + origin.port() + "/a?b=c"))
                .isEqualTo("hello");
        var seen = origin.lastRequest();
        assertThat(seen.target()).isEqualTo("/a?b=c");
        assertThat(seen.header("Host")).isEqualTo("localhost:" + origin.port());
        assertThat(seen.header("Proxy-Connection")).isNull();
    }

    @Test
    void a_name_with_the_dot_of_the_root_is_the_name_without_it() throws Exception {
        var host = "localhost.:" + origin.port();
        var through = ask(gateway, "GET http://" + host + "/dot HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        assertThat(through).startsWith("HTTP/1.1 200").endsWith("hello");
        assertThat(origin.lastRequest().header("Host")).isEqualTo("localhost:" + origin.port());
        var tunnel = "CONNECT " + host + " HTTP/1.1\r\n\r\nGET /in HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        assertThat(ask(gateway, tunnel))
                .startsWith("HTTP/1.1 200 Connection established")
                .contains("hello");
    }

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
    void curl_gets_through_a_tunnel_to_a_server_that_speaks_tls() throws Exception {
        var certificates = new TestCertificates(Files.createTempDirectory(folder, "tls")).issue("db", "localhost");
        try (var secure = TestGateway.start("""
                        listeners:
                          web: { listen: "127.0.0.1:0", protocols: [http1], tls: { certificates: [ { %s } ] } }
                        routes: { all: { match: { path: "/**" }, to: { respond: { body: "secret" } } } }
                        """.formatted(certificates.pair("db")));
                var own = gateway("allow: [127.0.0.0/8], ports: [" + secure.port() + "]")) {
            assertThat(TestCertificates.run(
                            "",
                            "curl",
                            "-s",
                            "--noproxy",
                            "",
                            "-x",
                            "http://127.0.0.1:" + own.port("egress"),
                            "--cacert",
                            certificates.ca().toString(),
                            "https://localhost:" + secure.port() + "/"))
                    .isEqualTo("secret");
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

    private static String base64(String text) {
        return java.util.Base64.getEncoder().encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
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

    private static String connect(String to) {
        return "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n\r\n";
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
    void what_follows_a_request_does_not_reach_its_server() throws Exception {
        var before = origin.requests().size();
        var request =
                "POST http://localhost:" + origin.port() + "/one HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
        assertThat(ask(gateway, request + request.replace("one", "two"))).endsWith("hello");
        assertThat(origin.requests()).hasSize(before + 1);
        assertThat(new String(origin.requests().get(before).body().bytes())).isEqualTo("abc");
    }

    @Test
    void a_body_that_breaks_its_framing_is_never_whole_at_its_server_RFC_9112_8() throws Exception {
        var beginnings = new LinkedBlockingQueue<Integer>();
        try (var server = RawOrigin.serving(connection -> {
                    var octet = 0;
                    while (octet >= 0 && !connection.text().contains("abc\r\n")) {
                        octet = connection.input().read();
                    }
                    beginnings.add(connection.number());
                    connection.input().readAllBytes();
                });
                var own = gateway("allow: [127.0.0.0/8], ports: [" + server.port() + "]")) {
            var head = "POST http://localhost:" + server.port()
                    + "/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
            for (var broken : List.of("zz\r\n\r\n", "3\r\nabcXX\r\n0\r\n\r\n")) {
                assertThat(ask(own, head + broken)).startsWith("HTTP/1.1 400");
                try (var client = RawClient.connect(own.port("egress"))) {
                    client.send(head);
                    assertThat(beginnings.poll(10, TimeUnit.SECONDS)).isNotNull();
                    assertThat(client.send(broken).closedByPeer()).isTrue();
                }
            }
            server.awaitAllClosed();
            assertThat(server.text()).contains("abc").doesNotContain("\r\n0\r\n");
        }
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
            assertThat(sending).failsWithin(java.time.Duration.ofSeconds(10));
        }
    }

    @Test
    void a_tunnel_carries_bytes_both_ways_from_behind_the_head_on_RFC_9110_9_3_6() throws Exception {
        try (var echo = RawOrigin.serving(connection -> {
                    for (var octet = connection.input().read();
                            octet >= 0;
                            octet = connection.input().read()) {
                        connection.send(new byte[] {(byte) octet});
                    }
                });
                var own = gateway("allow: [127.0.0.0/8], ports: [" + echo.port() + "]");
                var client = RawClient.connect(own.port("egress"))) {
            client.send(connect("localhost:" + echo.port()) + "early");
            var answer = client.read("CONNECT");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Content-Length")).isNull();
            assertThat(answer.header("Transfer-Encoding")).isNull();
            assertThat(new String(client.readBytes(5))).isEqualTo("early");
            client.send("late").halfClose();
            assertThat(client.readAllText()).isEqualTo("late");
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
    void the_request_of_a_url_goes_on_without_what_is_between_a_client_and_its_proxy_RFC_9110_7_6_1() throws Exception {
        var url = "http://localhost:" + origin.port();
        assertThat(ask(
                        gateway,
                        "GET " + url + "/seen HTTP/1.1\r\nHost: elsewhere\r\nConnection: X-Own\r\nX-Own: 1\r\n"
                                + "TE: trailers\r\nProxy-Connection: keep-alive\r\nVia: 1.0 before\r\n\r\n"))
                .endsWith("hello");
        var seen = origin.lastRequest();
        assertThat(seen.head().startLine()).isEqualTo("GET /seen HTTP/1.1");
        assertThat(seen.header("Host")).isEqualTo("localhost:" + origin.port());
        assertThat(seen.header("X-Own")).isNull();
        assertThat(seen.header("TE")).isNull();
        assertThat(seen.header("Connection")).isEqualTo("close");
        assertThat(seen.head().all("Via")).hasSize(2).first().isEqualTo("1.0 before");
    }

    @Test
    void options_of_a_url_without_a_path_is_about_the_whole_server_RFC_9112_3_2_4() throws Exception {
        var url = "http://localhost:" + origin.port();
        var targets = new java.util.ArrayList<String>();
        for (var asked : List.of("OPTIONS " + url, "OPTIONS " + url + "/", "OPTIONS " + url + "?a", "GET " + url)) {
            assertThat(ask(gateway, asked + " HTTP/1.1\r\nHost: x\r\n\r\n")).endsWith("hello");
            targets.add(origin.requests().get(origin.requests().size() - 1).target());
        }
        assertThat(targets).containsExactly("*", "/", "/?a", "/");
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
