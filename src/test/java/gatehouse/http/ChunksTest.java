package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of requests that come in chunks, and the trailers behind them. */
class ChunksTest extends SceneCase {
    ChunksTest() {
        super("""
                services: { origin: { targets: "%s", pool: { max: 1, wait: 10s } } }
                routes:   { all: { match: { path: "/**" }, to: origin, limits: { body: 100MiB } } }
                """);
    }

    @ParameterizedTest(name = "RFC 9112 §7.1: chunks {0}")
    @ValueSource(
            strings = {
                "3\\r\\nabc\\n",
                "3\\r\\nabcXX",
                "3\\nabc\\r\\n0\\r\\n\\r\\n",
                "3;a=\"\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "100000003\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "ffffffffffffffff\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "-1\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "+3\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "0x3\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "x\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "\\r\\nabc\\r\\n0\\r\\n\\r\\n",
            })
    void a_broken_chunk_never_makes_a_complete_request(String chunks) throws IOException {
        var already = scene.requestsAtOrigin();
        try (var client = scene.client()) {
            client.send("POST /chunks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + chunks.replace("\\r", "\r").replace("\\n", "\n")
                    + "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Refusals.assertProblem(client.read(), 400);
            assertThat(client.closedByPeer()).isTrue();
        }
        assertNothingWholeSince(already, "/chunks");
    }

    private void assertNothingWholeSince(int already, String target) {
        for (var request : scene.origin().requests().subList(already, scene.requestsAtOrigin())) {
            assertThat(request.target()).isEqualTo(target);
            request.connection().awaitClosed();
            assertThat(request.connection().text()).doesNotEndWith("0\r\n\r\n").doesNotContain("smuggled");
        }
    }

    @ParameterizedTest(name = "{0} trailers of {1} bytes")
    @CsvSource({"1000, 1", "101, 1", "64, 1000", "1, 65536"})
    void a_trailer_section_over_the_limit_is_431_RFC_6585_5(int lines, int size) throws IOException {
        var already = scene.requestsAtOrigin();
        try (var client = scene.client()) {
            client.send(
                    "POST /trailers HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"
                            + ("X: " + "a".repeat(size) + "\r\n").repeat(lines) + "\r\n");
            Refusals.assertProblem(client.read(), 431);
            assertThat(client.closedByPeer()).isTrue();
        }
        assertNothingWholeSince(already, "/trailers");
    }

    @Test
    void a_folded_trailer_is_refused_RFC_9112_5_2() throws IOException {
        var already = scene.requestsAtOrigin();
        try (var client = scene.client()) {
            client.send(
                    "POST /trailers HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"
                            + "X: a\r\n b\r\n\r\n");
            Refusals.assertProblem(client.read(), 400);
            assertThat(client.closedByPeer()).isTrue();
        }
        assertNothingWholeSince(already, "/trailers");
    }

    @Test
    void a_body_of_masses_of_tiny_chunks_is_refused_before_it_has_cost_much() throws IOException {
        try (var client = scene.client()) {
            var unused = client.sendInBackground(
                    ("POST /chunks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + "1\r\na\r\n".repeat(300_000))
                            .getBytes());
            Refusals.assertProblem(client.read(), 400);
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void small_chunks_arrive_in_order_among_large_ones() throws IOException {
        var body = new StringBuilder("POST /chunks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        var whole = new StringBuilder();
        for (var i = 0; i < 2000; i++) {
            var chunk = Integer.toString(i).repeat(i % 7 == 0 ? 300 : 1);
            whole.append(chunk);
            body.append(Integer.toHexString(chunk.length()))
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
        }
        try (var client = scene.client()) {
            assertThat(client.send(body + "0\r\n\r\n").read().status()).isEqualTo(200);
            assertThat(scene.lastRequest().body().text()).isEqualTo(whole.toString());
        }
    }

    @Test
    void a_broken_chunk_is_answered_with_400_where_nothing_was_answered_yet() throws IOException {
        try (var client = scene.client()) {
            client.send("POST /chunks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            scene.origin().awaitRequests(scene.requestsAtOrigin());
            client.send("zz\r\n");
            Refusals.assertProblem(client.read(), 400);
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void chunks_stay_chunks_and_extensions_are_dropped_RFC_9112_7_1_1() throws IOException {
        var response = scene.exchange("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3;name=value;x=\"a;b\"\r\nabc\r\n00003\r\ndef\r\n0;last\r\n\r\n");
        assertThat(response.status()).isEqualTo(200);
        assertThat(scene.lastRequest().header("transfer-encoding")).isEqualTo("chunked");
        assertThat(scene.lastRequest().header("content-length")).isNull();
        assertThat(scene.lastRequest().body().text()).isEqualTo("abcdef");
        assertThat(scene.lastRequest().connection().text()).doesNotContain("name=value");
    }

    @Test
    void trailers_of_a_request_are_dropped_and_its_body_stays_whole_RFC_9110_6_5_1() throws IOException {
        var response = scene.exchange("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                + "Trailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\n");
        assertThat(response.status()).isEqualTo(200);
        assertThat(scene.lastRequest().body().text()).isEqualTo("abc");
        assertThat(scene.lastRequest().body().trailers()).isEmpty();
        assertThat(scene.lastRequest().header("trailer")).isNull();
    }
}
