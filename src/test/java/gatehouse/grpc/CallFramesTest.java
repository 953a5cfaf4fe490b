package gatehouse.grpc;

import static gatehouse.grpc.CallClient.frame;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages, paths and answers that break the protocol, of clients and of services. */
class CallFramesTest extends CallCase {
    CallFramesTest() {
        super("""
                routes:
                  any:    { match: { grpc: t.Any }, to: origin, grpc: { message: 100B } }
                  denied: { match: { grpc: t.Denied }, to: origin, access: { deny: [ { cidr: [ 127.0.0.0/8 ] } ] } }
                """);
    }

    @ParameterizedTest
    @CsvSource({
        "4 GiB, 00ffffffff, 8",
        "over the limit, 0000000065, 8",
        "flag 2, 0200000001ff, 13",
        "compressed without a coding, 0100000001ff, 13",
        "fine, 0000000001ff, 0",
    })
    void G01_messages_are_framed_as_they_must_be(String what, String bytes, String status) throws Exception {
        var body = Buffer.buffer(java.util.HexFormat.of().parseHex(bytes));
        assertThat(client.call("/t.Any/Get", body).status()).as(what).isEqualTo(status);
    }

    @Test
    void G01_a_prefix_may_come_in_pieces() throws Exception {
        var whole = frame(0, "hello");
        var answer = TestGateway.await(client.open("/t.Any/Get").compose(request -> {
            request.setChunked(true);
            var response = request.response();
            var step = request.sendHead();
            for (var i = 0; i < whole.length(); i++) {
                var piece = whole.getBuffer(i, i + 1);
                step = step.compose(sent -> request.write(piece));
            }
            return step.compose(sent -> request.end()).compose(sent -> response).compose(got -> got.body());
        }));
        assertThat(answer).isEqualTo(whole);
    }

    @Test
    void G01_a_service_s_message_over_the_limit_ends_the_call_behind_those_that_fit() throws Exception {
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .write(frame(0, "fits"))
                .onSuccess(sent -> request.response().write(frame(0, "x".repeat(101))));
        var answer = client.call("/t.Any/Get");
        assertThat(answer.status()).isEqualTo("8");
        assertThat(answer.body().length()).isIn(0, frame(0, "fits").length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/t.Any/../t.Denied/Get", "//t.Denied/Get", "/t.Any%2fGet", "/t.Denied/./Get"})
    void G05_access_is_decided_on_the_path_that_is_sent(String path) throws Exception {
        assertThat(client.call(path).status()).isIn("3", "7", "12");
        assertThat(requests).isEmpty();
    }

    @Test
    void G07_an_answer_without_a_status_is_UNKNOWN() throws Exception {
        script = request ->
                request.response().putHeader("content-type", "application/grpc").end(frame(0, "hello"));
        assertThat(client.call("/t.Any/Get").status()).isEqualTo("2");
    }

    @Test
    void G07_a_status_that_is_none_is_UNKNOWN() throws Exception {
        script = request -> status(request, "99");
        assertThat(client.call("/t.Any/Get").status()).isEqualTo("2");
    }

    @Test
    void G07_a_message_is_cut_to_a_KiB_between_its_characters() throws Exception {
        script = request -> status(request, "5", "grpc-message", "%C3%A4".repeat(1000));
        var answer = client.call("/t.Any/Get");
        assertThat(answer.status()).isEqualTo("5");
        assertThat(answer.message().length()).isBetween(1000, 1024).matches(length -> length % 3 == 0);
    }

    @ParameterizedTest
    @CsvSource({"502, 14", "404, 12", "500, 2", "401, 16", "200, 2"})
    void G07_what_is_no_answer_to_a_call_becomes_a_status(int http, String status) throws Exception {
        script = request -> request.response()
                .setStatusCode(http)
                .putHeader("content-type", "text/html")
                .end("<h1>oops</h1>");
        var answer = client.call("/t.Any/Get");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body().length()).isZero();
    }

    /** A frame of trailers behind a part of a message would be read as the rest of it. */
    @ParameterizedTest
    @CsvSource({"3, false", "5, false", "7, false", "10, true", "12, false"})
    void a_page_gets_no_status_in_the_middle_of_a_message(int bytes, boolean status) throws Exception {
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .write(frame(0, "first").appendBuffer(frame(0, "second")).getBuffer(0, bytes))
                .onSuccess(sent -> request.response().reset(2));
        try (var page = gateway.client()) {
            page.send(RawClient.request(
                            "POST",
                            "/t.Any/Get",
                            "Content-Type: application/grpc-web",
                            "Content-Length: 5",
                            "Connection: close")
                    + "\0\0\0\0\0");
            var all = page.readAllText();
            assertThat(all).startsWith("HTTP/1.1 200").contains(status ? "grpc-status: 13" : "\r\n\r\n");
            assertThat(all.contains("grpc-status")).isEqualTo(status);
            assertThat(all.endsWith("0\r\n\r\n")).isEqualTo(status);
        }
    }

    @Test
    void G07_a_status_of_gRPC_counts_whatever_that_of_HTTP_is() throws Exception {
        script = request -> {
            request.response().setStatusCode(503);
            status(request, "8", "grpc-message", "too much", "x-more", "1");
        };
        var answer = client.call("/t.Any/Get");
        assertThat(answer.httpStatus()).isEqualTo(200);
        assertThat(answer.status()).isEqualTo("8");
        assertThat(answer.message()).isEqualTo("too much");
        assertThat(answer.field("x-more")).isEqualTo("1");
    }

    @Test
    void G07_a_status_in_the_head_lets_no_message_past_the_limit() throws Exception {
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .putHeader("grpc-status", "0")
                .setChunked(true)
                .end(frame(0, "x".repeat(5000)));
        var answer = client.call("/t.Any/Get");
        assertThat(answer.body().length()).isLessThan(5000);
        assertThat(answer.field("grpc-status")).isNotEqualTo("0");
    }

    @Test
    void a_head_or_trailers_of_more_than_is_taken_of_a_service_are_RESOURCE_EXHAUSTED() throws Exception {
        var details = "A".repeat(35_000);
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .putTrailer("grpc-status", "0")
                .putTrailer("grpc-status-details-bin", details)
                .end(frame(0, "hello"));
        assertThat(client.call("/t.Any/Get").status()).isEqualTo("8");
        script = request -> status(request, "5", "grpc-status-details-bin", details);
        assertThat(client.call("/t.Any/Get").status()).isEqualTo("8");
    }
}
