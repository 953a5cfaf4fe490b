package gatehouse.policy.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.Answers;
import gatehouse.testing.OriginCase;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawExchange;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which answers {@code compress} makes smaller, and what that changes in them. */
class CompressTest extends OriginCase {
    private static final String TEXT = "all work and no play makes a gate a dull gate\n".repeat(500);

    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        return TestGateway.start("""
                services: { origin: { targets: "%s", pool: { max: 1, wait: 5s } } }
                routes:
                  all:    { match: { path: "/**" }, to: origin, compress: { } }
                  fixed:  { match: { path: "/fixed" }, to: { respond: { body: "short", headers: { Content-Type: text/plain } } }, compress: { min: 0B } }
                  one:    { match: { path: "/one" }, to: origin, compress: { max: 1 } }
                  both:   { match: { path: "/both" }, to: origin, compress: { min: 0B }, response: { jsonp: { } }, limits: { response: 1KiB } }
                """, origin.url());
    }

    @AfterEach
    void the_connection_to_the_service_is_not_lost() throws IOException {
        script = Answers.ok("still here");
        assertThat(RawClient.get(gateway.port(), "/").text()).isEqualTo("still here");
    }

    private static String unzipped(RawResponse answer) throws IOException {
        assertThat(answer.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(answer.isComplete()).isTrue();
        return new String(
                new GZIPInputStream(new ByteArrayInputStream(answer.body().bytes())).readAllBytes(),
                StandardCharsets.UTF_8);
    }

    private static void chunks(RawExchange exchange, String fields, String... chunks) throws IOException {
        exchange.body();
        exchange.send("HTTP/1.1 200 OK\r\n" + fields + "Transfer-Encoding: chunked\r\n\r\n");
        for (var chunk : chunks) {
            exchange.send(Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n");
        }
        exchange.send("0\r\nX-Trailer: about the bytes that were\r\n\r\n");
    }

    @Test
    void text_becomes_smaller_in_any_framing() throws IOException {
        script = Answers.status(
                "200 OK", TEXT, "Content-Type: text/plain; charset=utf-8", "ETag: \"1\"", "Accept-Ranges: bytes");
        var answer = get("/", "Accept-Encoding: deflate, gzip;q=0.8");
        assertThat(unzipped(answer)).isEqualTo(TEXT);
        assertThat(answer.body().bytes().length).isLessThan(TEXT.length() / 10);
        assertThat(answer.header("Content-Length")).isNull();
        assertThat(answer.header("Vary")).isEqualTo("Accept-Encoding");
        assertThat(answer.header("ETag")).isEqualTo("W/\"1\"");
        assertThat(answer.header("Accept-Ranges")).isNull();
        script = exchange ->
                chunks(exchange, "Content-Type: application/hal+json\r\nETag: W/\"2\"\r\n", TEXT, "x", TEXT);
        var chunked = get("/", "Accept-Encoding: gzip");
        assertThat(unzipped(chunked)).isEqualTo(TEXT + "x" + TEXT);
        assertThat(chunked.header("ETag")).isEqualTo("W/\"2\"");
        assertThat(chunked.trailer("X-Trailer")).isNull();
    }

    @Test
    void bytes_of_any_kind_come_back_as_they_were() throws IOException {
        var random = new byte[300_000];
        new Random(7).nextBytes(random);
        var bytes = new String(random, StandardCharsets.ISO_8859_1);
        script = exchange -> {
            exchange.body();
            exchange.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/wasm\r\nContent-Length: 300000\r\n\r\n" + bytes);
        };
        var answer = get("/", "Accept-Encoding: gzip");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(answer.body().bytes())).readAllBytes())
                .isEqualTo(random);
    }

    @Test
    void a_client_reads_each_piece_before_the_next_is_sent() throws Exception {
        var read = new CountDownLatch(1);
        script = exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            exchange.send("9\r\ndata: 1\n\n\r\n");
            try {
                assertThat(read.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            exchange.send("0\r\n\r\n");
        };
        try (var client = gateway.client()) {
            client.send(RawClient.request("GET", "/", "Accept-Encoding: gzip")).readHead();
            var size = new StringBuilder();
            for (var c = client.readBytes(1)[0]; c != '\r'; c = client.readBytes(1)[0]) {
                size.append((char) c);
            }
            client.readBytes(1);
            var piece = client.readBytes(Integer.parseInt(size.toString(), 16));
            var unzip = new GZIPInputStream(new ByteArrayInputStream(piece));
            assertThat(new String(unzip.readNBytes(9), StandardCharsets.US_ASCII))
                    .isEqualTo("data: 1\n\n");
            read.countDown();
            assertThat(client.readBytes(1)).hasSize(1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "Content-Type: image/png",
                "Content-Type: application/octet-stream",
                "X-Type: none",
                "Content-Type: text/plain\r\nContent-Encoding: br",
                "Content-Type: text/plain\r\nCache-Control: public, no-transform",
                "Content-Type: text/plain\r\nContent-Range: bytes 0-1/3",
                "Content-Type: text/plain\r\nContent-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==",
                "Content-Type: text/plain\r\nRepr-Digest: sha-256=:AAAA:"
            })
    void what_must_stay_or_is_not_worth_it_stays(String fields) throws IOException {
        script = Answers.status("200 OK", TEXT, fields);
        var answer = get("/", "Accept-Encoding: gzip");
        assertThat(answer.text()).isEqualTo(TEXT);
        assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(TEXT.length()));
        assertThat(answer.header("Vary")).isNull();
    }

    @Test
    void a_part_a_short_one_and_none_stay_as_they_are() throws IOException {
        script = Answers.status("206 Partial Content", TEXT, "Content-Type: text/plain");
        assertThat(get("/", "Accept-Encoding: gzip").text()).isEqualTo(TEXT);
        script = Answers.status("200 OK", "a".repeat(1023), "Content-Type: text/plain");
        assertThat(get("/", "Accept-Encoding: gzip").text()).hasSize(1023);
    }

    @ParameterizedTest(name = "{0}, {1}, by a client that has {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "ETag: \"1\"   | X: y                         | W/\"1\"        | W/\"1\" | Accept-Encoding",
                "ETag: \"1\"   | X: y                         | \"0\", W/\"1\" | W/\"1\" | Accept-Encoding",
                "ETag: \"1\"   | X: y                         | \"1\"          | \"1\"   | Accept-Encoding",
                "ETag: \"1\"   | X: y                         | *              | \"1\"   | Accept-Encoding",
                "ETag: W/\"1\" | X: y                         | W/\"1\"        | W/\"1\" | Accept-Encoding",
                "ETag: \"1\"   | Content-Type: text/css       | W/\"1\"        | W/\"1\" | Accept-Encoding",
                "ETag: \"1\"   | Content-Type: image/png      | W/\"1\"        | \"1\"   |",
                "ETag: \"1\"   | Cache-Control: no-transform  | W/\"1\"        | \"1\"   |",
                "X: y          | X: y                         | W/\"1\"        |         | Accept-Encoding",
                "ETag: \"1\"   | Vary: Accept-Language        | \"1\"          | \"1\"   | Accept-Language, Accept-Encoding"
            })
    void that_nothing_has_changed_is_said_of_what_the_client_has(
            String tag, String field, String held, String toldTag, String vary) throws IOException {
        script = Answers.status("304 Not Modified", "", tag, field);
        for (var accept : new String[] {"gzip", "identity"}) {
            var answer = get("/", "Accept-Encoding: " + accept, "If-None-Match: " + held);
            assertThat(answer.status()).isEqualTo(304);
            assertThat(answer.header("ETag")).isEqualTo(toldTag);
            assertThat(answer.all("Vary")).isEqualTo(vary == null ? List.of() : List.of(vary.split(", ")));
        }
    }

    @Test
    void an_answer_that_breaks_off_never_looks_whole() throws IOException {
        script = exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 50000\r\n\r\n" + TEXT);
            exchange.close();
        };
        assertThat(get("/", "Accept-Encoding: gzip").isComplete()).isFalse();
    }

    @Test
    void files_and_fixed_answers_too() throws Exception {
        assertThat(unzipped(get("/fixed", "Accept-Encoding: gzip"))).isEqualTo("short");
        var folder = Files.createTempDirectory("files");
        Files.writeString(folder.resolve("a.txt"), TEXT);
        try (var files = TestGateway.start("""
                routes: { files: { match: { path: "/**" }, to: { files: "%s" }, compress: { } } }
                """, folder)) {
            assertThat(unzipped(RawClient.get(files.port(), "/a.txt", "Accept-Encoding: gzip")))
                    .isEqualTo(TEXT);
            assertThat(RawClient.get(files.port(), "/a.txt").text()).isEqualTo(TEXT);
        }
    }

    @Test
    void a_body_that_is_made_another_twice_is_whole() throws IOException {
        script = Answers.status("200 OK", "{\"a\":1}", "Content-Type: application/json");
        assertThat(unzipped(get("/both?callback=f", "Accept-Encoding: gzip"))).isEqualTo("/**/f({\"a\":1});");
        script = Answers.status("200 OK", "no json", "Content-Type: application/json");
        var refused = get("/both?callback=f", "Accept-Encoding: gzip");
        assertThat(refused.status()).isEqualTo(502);
        assertThat(refused.header("Content-Encoding")).isNull();
        assertThat(refused.text()).contains("upstream-not-json");
    }

    @Test
    void with_as_many_under_way_as_may_be_an_answer_goes_as_it_is() throws Exception {
        script = exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 50000\r\n\r\n" + TEXT);
            exchange.hang();
        };
        try (var client = gateway.client()) {
            client.send(RawClient.request("GET", "/", "Accept-Encoding: gzip")).readHead();
            client.readBytes(1);
            try (var other = RawOrigin.answering(Answers.status("200 OK", TEXT, "Content-Type: text/plain"));
                    var files = TestGateway.start("""
                            services: { origin: { targets: "%s" } }
                            routes: { all: { match: { path: "/**" }, to: origin, compress: { max: 1 } } }
                            """, other.url())) {
                var answer = RawClient.get(files.port(), "/", "Accept-Encoding: gzip");
                assertThat(answer.text()).isEqualTo(TEXT);
                assertThat(answer.header("Vary")).isEqualTo("Accept-Encoding");
            }
        }
        Waiting.until("nothing is packed", () -> Packing.underWay() == 0);
        script = Answers.status("200 OK", TEXT, "Content-Type: text/plain");
        assertThat(unzipped(get("/one", "Accept-Encoding: gzip"))).isEqualTo(TEXT);
    }

    @Test
    void over_http2_it_is_the_same() throws Exception {
        script = Answers.status("200 OK", TEXT, "Content-Type: text/plain", "ETag: \"1\"");
        var vertx = io.vertx.core.Vertx.vertx();
        try {
            var client = vertx.createHttpClient(new io.vertx.core.http.HttpClientOptions()
                    .setProtocolVersion(io.vertx.core.http.HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false));
            var answer = TestGateway.await(client.request(
                            io.vertx.core.http.HttpMethod.GET, gateway.port(), "127.0.0.1", "/")
                    .compose(request -> request.putHeader("accept-encoding", "gzip")
                            .send()
                            .compose(response -> response.body().map(body -> {
                                assertThat(response.getHeader("content-encoding"))
                                        .isEqualTo("gzip");
                                assertThat(response.getHeader("etag")).isEqualTo("W/\"1\"");
                                assertThat(response.getHeader("content-length")).isNull();
                                return body;
                            }))));
            assertThat(new String(
                            new GZIPInputStream(new ByteArrayInputStream(answer.getBytes())).readAllBytes(),
                            StandardCharsets.UTF_8))
                    .isEqualTo(TEXT);
        } finally {
            TestGateway.await(vertx.close());
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"types: TEXT/plain", "types: text", "level: 10", "level: 0", "max: 0"})
    void a_mistake_is_found_when_the_file_is_read(String compress) {
        assertThatThrownBy(() -> TestGateway.start("""
                        routes: { all: { to: { respond: { } }, compress: { %s } } }
                        """, compress))
                .hasMessageContaining("compress." + compress.substring(0, compress.indexOf(':')));
    }
}
