package gatehouse.grpc;

import static gatehouse.grpc.CallClient.frame;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What pages get of answers that are out of the ordinary, and how they may cut what they send. */
class WebFramesTest extends CallCase {
    WebFramesTest() {
        super("""
                routes: { any: { match: { grpc: t.Any }, to: origin } }
                """);
    }

    private static String request(String type, String body, String... fields) {
        var all = new java.util.ArrayList<>(java.util.List.of(fields));
        all.add("Content-Type: " + type);
        all.add("Content-Length: " + body.length());
        return RawClient.request("POST", "/t.Any/Get", all.toArray(new String[0])) + body;
    }

    @Test
    void metadata_of_an_answer_that_is_nothing_but_a_status_is_in_the_frame_of_trailers() throws Exception {
        script = request -> status(
                request,
                "5",
                "grpc-message",
                "none",
                "x-why",
                "lost",
                "trace-bin",
                "AAEC",
                "cache-control",
                "no-store");
        try (var page = gateway.client()) {
            var answer =
                    page.send(request("application/grpc-web", "\0\0\0\0\0")).read("POST");
            assertThat(answer.header("x-why")).isNull();
            assertThat(answer.header("grpc-status")).isNull();
            assertThat(answer.header("cache-control")).isEqualTo("no-store");
            assertThat(answer.header("content-type")).isEqualTo("application/grpc-web+proto");
            assertThat(answer.text().substring(5).split("\r\n"))
                    .containsExactlyInAnyOrder(
                            "grpc-status: 5", "grpc-message: none", "x-why: lost", "trace-bin: AAEC");
        }
    }

    @Test
    void metadata_before_messages_stays_in_the_head() throws Exception {
        script = request -> {
            request.response().putHeader("x-why", "fine");
            echo(request);
        };
        try (var page = gateway.client()) {
            var answer =
                    page.send(request("application/grpc-web", "\0\0\0\0\0")).read("POST");
            assertThat(answer.header("x-why")).isEqualTo("fine");
        }
    }

    @Test
    void an_answer_begins_with_its_head_alone_where_messages_come_later() throws Exception {
        var came = new CompletableFuture<HttpServerRequest>();
        script = request -> {
            request.response().putHeader("content-type", "application/grpc").setChunked(true);
            request.response().putTrailer("grpc-status", "0").writeHead();
            came.complete(request);
        };
        try (var page = gateway.client()) {
            page.send(request("application/grpc-web", "\0\0\0\0\0", "Connection: close"));
            assertThat(page.readHead().startLine()).contains("200");
            came.get(30, TimeUnit.SECONDS).response().end(frame(0, "late"));
            assertThat(page.readAllText()).contains("late").contains("grpc-status: 0");
        }
    }

    /** Each flush of a client may end with padding, and the network cuts where it likes. */
    @Test
    void text_may_have_padding_in_the_middle_and_be_cut_anywhere() throws Exception {
        var message = frame(0, "a message").getBytes();
        var encoder = Base64.getEncoder();
        var text = encoder.encodeToString(java.util.Arrays.copyOfRange(message, 0, 4))
                + encoder.encodeToString(java.util.Arrays.copyOfRange(message, 4, 9))
                + encoder.encodeToString(java.util.Arrays.copyOfRange(message, 9, message.length));
        assertThat(text).matches("[^=]+==[^=]+=[^=]+=*");
        var got = new CompletableFuture<String>();
        script = request -> {
            request.body().onSuccess(body -> {
                got.complete(body.toString(StandardCharsets.ISO_8859_1));
                status(request, "0");
            });
        };
        try (var page = gateway.client()) {
            page.send(RawClient.request(
                    "POST", "/t.Any/Get", "Content-Type: application/grpc-web-text", "Transfer-Encoding: chunked"));
            for (var i = 0; i < text.length(); i++) {
                page.send("1\r\n" + text.charAt(i) + "\r\n");
            }
            page.send("0\r\n\r\n");
            assertThat(got.get(30, TimeUnit.SECONDS)).isEqualTo(new String(message, StandardCharsets.ISO_8859_1));
        }
    }
}
