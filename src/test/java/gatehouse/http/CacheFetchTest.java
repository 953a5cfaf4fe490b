package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin.Script;
import gatehouse.testing.RawResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One fetch for all who want the same at one time, and what happens when it goes wrong. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheFetchTest {
    private static final int MANY = 20;
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "client");
        thread.setDaemon(true);
        return thread;
    });

    private static CacheScene scene;
    private static int targets;
    private final List<AutoCloseable> open = new ArrayList<>();
    private String target = "";

    @BeforeAll
    static void start() throws Exception {
        scene = CacheScene.with("{ stale: { error: 1m }, failed: 30s }", "cache: { entry: 64KiB }");
    }

    @BeforeEach
    void next() {
        target = "/fetch/" + ++targets;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var opened : open) {
            opened.close();
        }
    }

    @AfterAll
    static void stop() throws IOException {
        scene.close();
    }

    @Test
    void of_many_at_one_time_one_asks_the_service_and_all_get_its_answer() throws Exception {
        var gate = new Gate("Cache-Control: max-age=60");
        scene.answeringBy(gate);
        var before = scene.asked();
        var answers = getMany(MANY, gate);
        assertThat(answers)
                .allMatch(answer -> answer.status() == 200
                        && answer.text().equals(answers.get(0).text()));
        assertThat(scene.asked()).isEqualTo(before + 1);
        assertThat(answers.stream()
                        .filter(answer -> answer.header("cache-status").contains("; collapsed")))
                .hasSize(MANY - 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Cache-Control: private, max-age=60", "Cache-Control: no-store", "Set-Cookie: a=b", "X-Silent: 1"
            })
    void an_answer_for_one_alone_is_never_shared(String field) throws Exception {
        var gate = new Gate(field);
        scene.answeringBy(gate);
        var before = scene.asked();
        var answers = getMany(MANY, gate);
        assertThat(answers.stream().map(RawResponse::text).distinct()).hasSize(MANY);
        assertThat(scene.asked()).isEqualTo(before + MANY);
        // and who comes after waits for nobody
        var late = new Gate(field);
        scene.answeringBy(late);
        var others = List.of(inBackground("X-A: 1"), inBackground("X-A: 2"));
        Scene.await("both at the service", () -> late.waiting() == 2);
        late.open();
        for (var other : others) {
            assertThat(other.get().status()).isEqualTo(200);
        }
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
    void the_fetch_goes_on_without_the_client_that_began_it() throws Exception {
        var gate = new Gate("Cache-Control: max-age=60");
        scene.answeringBy(gate);
        var before = scene.asked();
        var leaver = client().send(RawClient.request("GET", target));
        Scene.await("the first at the service", () -> gate.waiting() == 1);
        var stayer = inBackground();
        awaitWaiting(1);
        leaver.reset();
        gate.open();
        assertThat(stayer.get().status()).isEqualTo(200);
        assertThat(scene.asked()).isEqualTo(before + 1);
        assertThat(scene.get(target).header("cache-status")).contains("; hit");
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
        Scene.await("it is stored", () -> get().header("cache-status").contains("; hit"));
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
            target = "/fetch/" + ++targets;
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
            target = "/fetch/" + ++targets;
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

    @ParameterizedTest
    @ValueSource(strings = {"reset", "close", "500 Sorry", "502 Sorry", "503 Sorry", "504 Sorry"})
    void a_stale_answer_stands_in_for_a_service_that_fails_RFC_5861_4(String how) throws Exception {
        scene.answering("Cache-Control: max-age=10", "Age: 20");
        var first = get();
        scene.answeringBy(
                switch (how) {
                    case "reset" -> Answers.resetBeforeAnswer();
                    case "close" -> Answers.closeBeforeAnswer();
                    default -> exchange -> exchange.reply(how, "sorry");
                });
        var second = get();
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(Integer.parseInt(second.header("age"))).isGreaterThanOrEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"must-revalidate", "proxy-revalidate", "s-maxage=10", "stale-if-error=5", "no-cache"})
    void not_where_its_service_forbids_that_RFC_9111_4_2_4(String word) throws Exception {
        scene.answering("Cache-Control: max-age=10, " + word, "Age: 20", "ETag: \"a\"");
        get();
        scene.answeringBy(exchange -> exchange.reply("503 Sorry", "sorry"));
        assertThat(get().status()).isEqualTo(503);
    }

    @Test
    void a_failure_is_the_answer_to_all_who_wait_and_for_a_moment_to_who_comes_after() throws Exception {
        var gate = new Gate();
        scene.answeringBy(exchange -> {
            gate.answer(exchange);
        });
        gate.breaking = true;
        var before = scene.asked();
        var answers = getMany(MANY, gate);
        assertThat(answers).allMatch(answer -> answer.status() == 502);
        var asked = scene.asked() - before;
        assertThat(asked).isBetween(1, 2); // with another try of the one request
        assertThat(get().status()).isEqualTo(502);
        assertThat(get().header("retry-after")).isEqualTo("30");
        assertThat(scene.asked() - before).isEqualTo(asked);
    }

    @Test
    void a_stale_answer_is_served_at_once_and_fetched_anew_behind_it_RFC_5861_3() throws Exception {
        scene.answering("Cache-Control: max-age=10, stale-while-revalidate=60", "Age: 20");
        var first = get();
        var gate = new Gate("Cache-Control: max-age=60");
        scene.answeringBy(gate);
        var before = scene.asked();
        for (var i = 0; i < 5; i++) {
            var stale = get();
            assertThat(stale.text()).isEqualTo(first.text());
            assertThat(stale.header("cache-status")).contains("; hit; ttl=-1");
        }
        gate.open();
        Scene.await("the new one", () -> !get().text().equals(first.text()));
        assertThat(scene.asked()).isEqualTo(before + 1);
    }

    @Test
    void requests_that_vary_get_their_own_answers_though_they_came_together() throws Exception {
        var gate = new Gate("Cache-Control: max-age=60", "Vary: X-A");
        scene.answeringBy(gate);
        var one = inBackground("X-A: 1");
        Scene.await("the first at the service", () -> gate.waiting() == 1);
        var others = List.of(inBackground("X-A: 1"), inBackground("X-A: 2"), inBackground("X-A: 2"));
        awaitWaiting(3);
        gate.open();
        assertThat(others.get(0).get().text()).isEqualTo(one.get().text());
        assertThat(others.get(1).get().text())
                .isEqualTo(others.get(2).get().text())
                .isNotEqualTo(one.get().text());
    }

    @Test
    void a_change_while_a_fetch_is_under_way_makes_its_answer_old_RFC_9111_4_4() throws Exception {
        var gate = new Gate("Cache-Control: max-age=60");
        scene.answeringBy(exchange -> {
            if (exchange.method().equals("GET")) {
                gate.answer(exchange);
            } else {
                exchange.reply("200 OK", "");
            }
        });
        var old = inBackground();
        Scene.await("the first at the service", () -> gate.waiting() == 1);
        scene.send("POST", target);
        var young = inBackground();
        Scene.await("the second at the service", () -> gate.waiting() == 2);
        gate.open();
        assertThat(old.get().text()).isNotEqualTo(young.get().text());
        assertThat(get().text()).isEqualTo(young.get().text());
    }

    /** Lets requests wait at the service until it is opened; then each gets a number. */
    private static final class Gate implements Script {
        private final CompletableFuture<Void> opened = new CompletableFuture<>();
        private final java.util.concurrent.atomic.AtomicInteger waiting =
                new java.util.concurrent.atomic.AtomicInteger();
        private final String[] fields;
        private volatile boolean breaking;

        Gate(String... fields) {
            this.fields = fields;
        }

        @Override
        public void answer(gatehouse.testing.RawExchange exchange) throws IOException {
            waiting.incrementAndGet();
            opened.join();
            if (breaking) {
                exchange.reset();
            } else {
                exchange.reply("200 OK", scene.number(), fields);
            }
        }

        int waiting() {
            return waiting.get();
        }

        void open() {
            opened.complete(null);
        }
    }

    /** So many at one time, let go when all of them wait for the one that is at the service. */
    private List<RawResponse> getMany(int count, Gate gate) throws Exception {
        var answers = new ArrayList<CompletableFuture<RawResponse>>();
        answers.add(inBackground());
        Scene.await("one at the service", () -> gate.waiting() == 1);
        var waits = waits();
        for (var i = 1; i < count; i++) {
            answers.add(inBackground());
        }
        Scene.await("all wait", () -> waits() == waits + count - 1);
        gate.open();
        var all = new ArrayList<RawResponse>();
        for (var answer : answers) {
            all.add(answer.get());
        }
        return all;
    }

    private static long waits() {
        return scene.gateway().node().cache().sample().waits();
    }

    private long waitsBefore = waits();

    private void awaitWaiting(int count) {
        Scene.await("so many wait", () -> waits() - waitsBefore == count);
    }

    private CompletableFuture<RawResponse> inBackground(String... fields) {
        var at = target;
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return scene.get(at, fields);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                THREADS);
    }

    private RawResponse get() {
        try {
            return scene.get(target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RawClient client() throws IOException {
        var client = scene.gateway().client();
        open.add(client);
        return client;
    }
}
