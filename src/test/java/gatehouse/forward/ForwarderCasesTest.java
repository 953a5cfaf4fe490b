package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How both forwarders carry requests, answers and their bodies. */
@ParameterizedClass
@EnumSource(ForwarderCase.Carrier.class)
@DisplayNameGeneration(ReplaceUnderscores.class)
class ForwarderCasesTest extends ForwarderCase {
    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "PURGE"})
    void the_method_arrives_as_it_was_sent(String method) throws Exception {
        serve(Answers.ok("done"));
        assertThat(send(RawClient.request(method, "/x")).status()).isEqualTo(200);
        assertThat(received().method()).isEqualTo(method);
    }

    @Test
    void a_request_without_a_body_is_sent_without_one() throws Exception {
        serve(Answers.ok("done"));
        send(RawClient.request("GET", "/x"));
        assertThat(received().header("Content-Length")).isNull();
        assertThat(received().header("Transfer-Encoding")).isNull();
    }

    @Test
    void an_announced_body_keeps_its_length() throws Exception {
        serve(Answers.ok("done"));
        send(RawClient.request("POST", "/x", "Content-Length: 5", "Content-Type: text/plain") + "hello");
        assertThat(received().header("Content-Length")).isEqualTo("5");
        assertThat(received().header("Content-Type")).isEqualTo("text/plain");
        assertThat(received().body().text()).isEqualTo("hello");
    }

    @Test
    void an_empty_body_stays_announced() throws Exception {
        serve(Answers.ok("done"));
        send(RawClient.request("POST", "/x", "Content-Length: 0"));
        assertThat(received().head().all("Content-Length")).containsExactly("0");
    }

    @Test
    void a_chunked_body_stays_chunked() throws Exception {
        serve(Answers.ok("done"));
        send(RawClient.request("POST", "/x", "Transfer-Encoding: Chunked") + "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");
        assertThat(received().header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(received().header("Content-Length")).isNull();
        assertThat(received().body().text()).isEqualTo("hello");
    }

    @Test
    void a_body_of_unknown_length_arrives_from_HTTP_2_too() throws Exception {
        serve(exchange -> exchange.reply("200 OK", exchange.body().text(), "Keep-Alive: timeout=5"));
        var client = gateway.vertx()
                .createHttpClient(new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false));
        var answer = TestGateway.await(client.request(HttpMethod.POST, gateway.port(), "127.0.0.1", "/x")
                .compose(request -> {
                    request.setChunked(true);
                    request.write("hel");
                    request.end(Buffer.buffer("lo"));
                    return request.response();
                })
                .compose(response -> response.body()));
        TestGateway.await(client.close());
        assertThat(answer.toString()).isEqualTo("hello");
        assertThat(received().body().text()).isEqualTo("hello");
    }

    @Test
    void large_bodies_pass_whole_both_ways() throws Exception {
        var large = "0123456789abcdef".repeat(64 * 1024);
        serve(exchange -> exchange.reply("200 OK", exchange.body().text()));
        try (var client = gateway.client()) {
            var sending = client.sendInBackground(
                    (RawClient.request("POST", "/x", "Content-Length: " + large.length()) + large).getBytes());
            assertThat(client.read().text()).isEqualTo(large);
            sending.get();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "200 OK",
                "201 Created",
                "206 Partial Content",
                "299 Quite Fine",
                "301 Moved Permanently",
                "404 Not Found",
                "418 Teapot",
                "500 Internal Server Error",
                "502 Bad Gateway",
                "599 Odd"
            })
    void status_and_reason_arrive_as_they_were_sent(String status) throws Exception {
        serve(Answers.status(status, "body"));
        var response = send(RawClient.request("GET", "/x"));
        assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 " + status);
        assertThat(response.text()).isEqualTo("body");
    }

    @Test
    void an_answer_to_HEAD_keeps_its_length_and_has_no_body() throws Exception {
        serve(Answers.ok("hello"));
        try (var client = gateway.client()) {
            var response = client.send(RawClient.request("HEAD", "/x")).read("HEAD");
            assertThat(response.header("Content-Length")).isEqualTo("5");
            assertThat(client.send(RawClient.request("GET", "/x")).read().text())
                    .isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"204 No Content", "304 Not Modified"})
    void an_answer_without_a_body_has_none(String status) throws Exception {
        serve(Answers.bytes("HTTP/1.1 " + status + "\r\nETag: \"1\"\r\n\r\n"));
        try (var client = gateway.client()) {
            var response = client.send(RawClient.request("GET", "/x")).read();
            assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 " + status);
            assertThat(response.header("ETag")).isEqualTo("\"1\"");
            assertThat(response.header("Transfer-Encoding")).isNull();
            assertThat(response.header("Content-Length")).isNull();
            assertThat(client.send(RawClient.request("GET", "/x")).read().status())
                    .isEqualTo(response.status());
        }
    }

    @Test
    void a_connection_to_the_target_serves_again() throws Exception {
        serve(Answers.ok("x"));
        try (var client = gateway.client()) {
            for (var i = 0; i < 3; i++) {
                client.send(RawClient.request("POST", "/x", "Content-Length: 2") + "hi")
                        .read();
            }
        }
        assertThat(origin.requests()).hasSize(3);
        assertThat(origin.connections()).hasSize(1);
    }

    @Test
    void trailers_of_the_answer_arrive() throws Exception {
        serve(Answers.chunked(List.of("hel", "lo"), "X-Sum: 5"));
        var response = send(RawClient.request("GET", "/x"));
        assertThat(response.text()).isEqualTo("hello");
        assertThat(response.trailer("X-Sum")).isEqualTo("5");
    }

    @Test
    void early_hints_arrive_before_the_answer() throws Exception {
        serve(Answers.interim("done", "103 Early Hints\r\nLink: </a>"));
        var response = send(RawClient.request("GET", "/x"));
        assertThat(response.text()).isEqualTo("done");
        assertThat(response.interim())
                .hasSize(1)
                .first()
                .satisfies(hint -> assertThat(hint.header("Link")).isEqualTo("</a>"));
    }

    @Test
    void a_client_that_waits_for_100_Continue_gets_it() throws Exception {
        serve(exchange -> {
            if (exchange.header("Expect") != null) {
                exchange.send("HTTP/1.1 100 Continue\r\n\r\n");
            }
            exchange.reply("200 OK", exchange.body().text());
        });
        try (var client = gateway.client()) {
            client.send(RawClient.request("POST", "/x", "Expect: 100-continue", "Content-Length: 5"));
            assertThat(client.readHead().startLine()).isEqualTo("HTTP/1.1 100 Continue");
            assertThat(client.send("hello").read().text()).isEqualTo("hello");
        }
        assertThat(received().header("Expect"))
                .isEqualTo(differing("100-continue", null, "the proxy knows no interim answer to wait for"));
    }

    @Test
    void an_HTTP_1_0_client_gets_a_chunked_answer_up_to_the_end_of_the_connection() throws Exception {
        serve(Answers.chunked(List.of("hel", "lo")));
        try (var client = gateway.client()) {
            var answer =
                    client.send("GET /x HTTP/1.0\r\nHost: localhost\r\n\r\n").readAllText();
            assertThat(answer).doesNotContainIgnoringCase("transfer-encoding").endsWith("\r\n\r\nhello");
        }
    }
}
