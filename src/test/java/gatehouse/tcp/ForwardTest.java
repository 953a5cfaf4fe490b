package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestCertificates;
import gatehouse.testing.TestGateway;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The forward proxy. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForwardTest extends ForwardCase {
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
                    assertThat(beginnings.poll(30, TimeUnit.SECONDS)).isNotNull();
                    assertThat(client.send(broken).closedByPeer()).isTrue();
                }
            }
            server.awaitAllClosed();
            assertThat(server.text()).contains("abc").doesNotContain("\r\n0\r\n");
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
    void options_and_trace_are_passed_on_as_often_as_they_may_be_RFC_9110_7_6_2() throws Exception {
        var url = " http://localhost:" + origin.port() + "/ HTTP/1.1\r\nHost: x\r\nMax-Forwards: ";
        for (var method : List.of("OPTIONS", "TRACE")) {
            assertThat(ask(gateway, method + url + "3\r\n\r\n")).endsWith("hello");
            assertThat(origin.lastRequest().header("Max-Forwards")).isEqualTo("2");
            var before = origin.requests().size();
            assertThat(ask(gateway, method + url + "0\r\n\r\n")).startsWith("HTTP/1.1 501");
            assertThat(origin.requests()).hasSize(before);
        }
        assertThat(ask(gateway, "GET" + url + "3\r\n\r\n")).endsWith("hello");
        assertThat(origin.lastRequest().header("Max-Forwards")).isEqualTo("3");
    }
}
