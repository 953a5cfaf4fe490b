package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawConnection;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers over HTTP/2 that no library for it would send. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class Http2AnswersTest {
    private static final int REFUSED_STREAM = 7;

    private interface Script {
        void answer(Stream stream) throws IOException;
    }

    private record Stream(RawConnection connection, int id) {
        Stream headers(boolean end, String... pairs) throws IOException {
            return frame(RawHttp2.HEADERS, 4 | (end ? 1 : 0), id, RawHttp2.block(pairs));
        }

        Stream data(boolean end, String text) throws IOException {
            return frame(RawHttp2.DATA, end ? 1 : 0, id, text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        }

        Stream frame(int type, int flags, int stream, byte[] payload) throws IOException {
            connection.send(RawHttp2.bytes(type, flags, stream, payload));
            return this;
        }

        void hello() throws IOException {
            headers(false, ":status", "200").data(true, "hello");
        }
    }

    private static RawOrigin origin;
    private static TestGateway gateway;
    private static volatile Script script;
    private static final AtomicInteger REQUESTS = new AtomicInteger();
    private static volatile Http2Headers seen;

    @BeforeAll
    static void start() throws Exception {
        origin = RawOrigin.serving(Http2AnswersTest::serve);
        gateway = TestGateway.start("""
                services:
                  own:       { targets: "%1$s", pool: { http2: true } }
                  web-proxy: { targets: "%1$s", pool: { http2: true }, forwarder: web-proxy }
                defaults: { breaker: null }
                routes:
                  web-proxy: { match: { path: "/web-proxy" }, to: web-proxy }
                  own:       { match: { path: "/**" }, to: own }
                """, origin.url());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        origin.close();
    }

    private static void serve(RawConnection connection) throws IOException {
        var heads = new DefaultHttp2HeadersDecoder(false);
        connection.read(24);
        connection.send(RawHttp2.bytes(RawHttp2.SETTINGS, 0, 0, new byte[0]));
        while (true) {
            var head = connection.read(9);
            if (head.length < 9) {
                return;
            }
            var payload = connection.read((head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | head[2] & 0xff);
            if (head[3] == RawHttp2.SETTINGS && head[4] == 0) {
                connection.send(RawHttp2.bytes(RawHttp2.SETTINGS, 1, 0, new byte[0]));
            } else if (head[3] == RawHttp2.HEADERS) {
                REQUESTS.incrementAndGet();
                seen = decoded(heads, payload, (head[4] & RawHttp2.PRIORITY) == 0 ? 0 : 5);
                script.answer(new Stream(connection, ByteBuffer.wrap(head, 5, 4).getInt()));
            }
        }
    }

    private static Http2Headers decoded(DefaultHttp2HeadersDecoder heads, byte[] payload, int from) {
        try {
            return heads.decodeHeaders(1, Unpooled.wrappedBuffer(payload, from, payload.length - from));
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void begin() {
        REQUESTS.set(0);
        script = Stream::hello;
    }

    @AfterEach
    void the_next_request_is_served() throws IOException {
        script = Stream::hello;
        for (var lane = 0; lane < 2; lane++) {
            assertThat(exchange("GET", "/own").text()).isEqualTo("hello");
        }
    }

    private static RawResponse exchange(String method, String target) throws IOException {
        try (var client = gateway.client()) {
            return client.send(RawClient.request(method, target)).read(method);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/own, 10.0.0.1.a.test",
        "/own, 1.2.3.4a:8080",
        "/own, 127.0.0.1.",
        "/own, a_b.test:81",
        "/own, [::1]:8080",
        "/web-proxy, 10.0.0.1.a.test",
        "/web-proxy, 1.2.3.4a:8080",
        "/web-proxy, 127.0.0.1.",
        "/web-proxy, [::1]"
    })
    void the_client_s_host_becomes_authority_whatever_its_name_RFC_9113_8_3_1(String target, String host)
            throws IOException {
        try (var client = gateway.client()) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(200);
        }
        assertThat(seen.authority()).hasToString(host);
        assertThat(seen.contains("host")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /own, 204", "GET, /own, 205", "GET, /own, 304", "HEAD, /own, 200",
        "GET, /web-proxy, 204", "GET, /web-proxy, 205", "GET, /web-proxy, 304", "HEAD, /web-proxy, 200"
    })
    void a_body_where_none_may_be_is_dropped_RFC_9110_6_4_1(String method, String target, int status)
            throws IOException {
        script = stream ->
                stream.headers(false, ":status", Integer.toString(status)).data(true, "surplus");
        try (var client = gateway.client()) {
            assertThat(client.send(RawClient.request(method, target))
                            .read(method)
                            .status())
                    .isEqualTo(status);
            script = Stream::hello;
            assertThat(client.send(RawClient.request("GET", target)).read().text())
                    .isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"+200", "20", "0200", "2OO", " 200"})
    void a_status_that_is_not_three_digits_is_502_RFC_9110_15(String status) throws IOException {
        script = stream -> stream.headers(false, ":status", status).data(true, "hello");
        Refusals.assertProblem(exchange("POST", "/own"), 502);
        Refusals.assertProblem(exchange("POST", "/web-proxy"), 502);
    }

    @Test
    void an_interim_answer_at_the_end_is_502_at_once_RFC_9113_8_1() throws IOException {
        script = stream -> stream.headers(true, ":status", "103");
        Refusals.assertProblem(exchange("GET", "/own"), 502);
        Refusals.assertProblem(exchange("GET", "/web-proxy"), 502);
    }

    @Test
    void interim_answers_that_nobody_knows_are_dropped_RFC_9110_15_2() throws IOException {
        script = stream -> {
            for (var i = 0; i < 500; i++) {
                stream.headers(false, ":status", "102");
            }
            stream.hello();
        };
        assertThat(exchange("GET", "/own").text()).isEqualTo("hello");
        assertThat(exchange("GET", "/web-proxy").text()).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void what_a_target_refuses_unseen_is_sent_again_whatever_its_method_RFC_9113_8_7(boolean goAway)
            throws IOException {
        script = stream -> {
            if (REQUESTS.get() > 1) {
                stream.hello();
            } else if (goAway) {
                stream.frame(RawHttp2.GOAWAY, 0, 0, new byte[8]);
            } else {
                stream.frame(RawHttp2.RST_STREAM, 0, stream.id(), new byte[] {0, 0, 0, REFUSED_STREAM});
            }
        };
        try (var client = gateway.client()) {
            var request = RawClient.request("POST", "/own", "Content-Length: 5") + "abcde";
            assertThat(client.send(request).read().text()).isEqualTo("hello");
        }
        assertThat(REQUESTS).hasValue(2);
    }

    @Test
    void what_a_target_may_have_seen_is_not_sent_again_where_its_method_does_not_allow_that() throws IOException {
        script = stream -> stream.frame(RawHttp2.RST_STREAM, 0, stream.id(), new byte[] {0, 0, 0, 2});
        Refusals.assertProblem(exchange("POST", "/own"), 502);
        assertThat(REQUESTS).hasValue(1);
    }
}
