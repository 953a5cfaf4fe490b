package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin.Script;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies on their way into the store and to all who wait for them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheBodyTest extends CacheFetchCase {
    @BeforeAll
    static void start() throws Exception {
        open("{ stale: { error: 1m }, failed: 30s }", "{ entry: 64KiB }");
    }

    @Test
    void who_waits_gets_the_beginning_before_there_is_an_end() throws Exception {
        var rest = new CompletableFuture<Void>();
        scene.answeringBy(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 10\r\n\r\n01234");
            rest.join();
            exchange.send("56789");
        });
        var first = client().send(RawClient.request("GET", target));
        first.readHead();
        assertThat(new String(first.readBytes(5))).isEqualTo("01234");
        var second = client().send(RawClient.request("GET", target));
        assertThat(second.readHead().startLine()).contains("200");
        assertThat(new String(second.readBytes(5))).isEqualTo("01234");
        rest.complete(null);
        assertThat(new String(first.readBytes(5))).isEqualTo("56789");
        assertThat(new String(second.readBytes(5))).isEqualTo("56789");
    }

    @Test
    void early_hints_reach_who_asked_first_and_are_not_stored_RFC_8297_2() throws Exception {
        scene.answeringBy(exchange -> {
            exchange.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n");
            exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 1\r\n\r\na");
        });
        var client = client().send(RawClient.request("GET", target));
        var hints = client.readHead();
        assertThat(hints.startLine()).contains("103");
        assertThat(hints.header("link")).isEqualTo("</a.css>; rel=preload");
        assertThat(client.read().header("link")).isNull();
        var stored = client().send(RawClient.request("GET", target)).read();
        assertThat(stored.status()).isEqualTo(200);
        assertThat(stored.header("link")).isNull();
        assertThat(stored.header("cache-status")).contains("; hit");
    }

    @Test
    void the_fetch_goes_on_when_its_client_leaves_in_the_middle_of_the_body() throws Exception {
        var rest = new CompletableFuture<Void>();
        scene.answeringBy(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 10\r\n\r\n01234");
            rest.join();
            exchange.send("56789");
        });
        var leaver = client().send(RawClient.request("GET", target));
        leaver.readHead();
        leaver.reset();
        rest.complete(null);
        Waiting.until("it is stored", () -> get().header("cache-status").contains("; hit"));
        assertThat(get().text()).isEqualTo("0123456789");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 10\r\n\r\n01234",
                "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\n01",
                "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\nz\r\n",
            })
    void what_breaks_off_is_never_stored_nor_looks_whole(String rest) throws Exception {
        for (var how : List.<Script>of(exchange -> exchange.close(), exchange -> exchange.reset())) {
            target = nextTarget();
            scene.answeringBy(exchange -> {
                exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n" + rest);
                how.answer(exchange);
            });
            try (var client = RawClient.connect(scene.gateway().port())) {
                assertThat(looksWhole(client.send(RawClient.request("GET", target))))
                        .isFalse();
            }
            scene.answering("Cache-Control: max-age=60");
            assertThat(get().header("cache-status")).contains("fwd=uri-miss");
            assertThat(get().header("cache-status")).contains("; hit");
        }
    }

    /** Its end is that of the connection (RFC 9112 §8), and this is none. */
    @Test
    void what_announces_no_length_and_ends_with_a_reset_is_never_stored_nor_looks_whole() throws Exception {
        scene.answeringBy(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nConnection: close\r\n\r\n01234");
            exchange.reset();
        });
        try (var client = RawClient.connect(scene.gateway().port())) {
            assertThat(looksWhole(client.send(RawClient.request("GET", target))))
                    .isFalse();
        }
        scene.answering("Cache-Control: max-age=60");
        assertThat(get().header("cache-status")).contains("fwd=uri-miss");
    }

    private static boolean looksWhole(RawClient client) {
        try {
            var answer = client.read();
            return answer.status() == 200 && answer.isComplete();
        } catch (IOException | RuntimeException brokenOff) {
            return false;
        }
    }

    @Test
    void what_is_too_long_streams_through_and_is_not_stored() throws Exception {
        var text = "x".repeat(200_000);
        for (var framing : List.of("length", "chunks")) {
            target = nextTarget();
            scene.answeringBy(exchange -> {
                if (framing.equals("length")) {
                    exchange.reply("200 OK", text, "Cache-Control: max-age=60");
                } else {
                    Answers.chunked(List.of(text.substring(0, 50_000), text.substring(50_000)))
                            .answer(exchange);
                }
            });
            assertThat(get().text()).isEqualTo(text);
            var before = scene.asked();
            assertThat(get().text()).isEqualTo(text);
            assertThat(scene.asked()).isEqualTo(before + 1);
        }
    }

    @Test
    void a_body_in_chunks_is_stored_whole() throws Exception {
        scene.answeringBy(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < 60; i++) {
                exchange.send("3e8\r\n" + "abcdefghij".repeat(100) + "\r\n");
            }
            exchange.send("0\r\n\r\n");
        });
        var first = get();
        assertThat(first.text()).isEqualTo("abcdefghij".repeat(6000));
        var second = get();
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("cache-status")).contains("; hit");
        assertThat(second.header("content-length")).isEqualTo("60000");
    }
}
