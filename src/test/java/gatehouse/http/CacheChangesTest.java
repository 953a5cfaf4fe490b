package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is stored by one route and changed through another, as where reads and writes have routes of their own. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheChangesTest {
    private static CacheScene scene;
    private static int targets;

    @BeforeAll
    static void start() throws Exception {
        scene = CacheScene.with("60s", """
                  writes: { match: { path: "/key/**", method: [POST, PUT, PATCH, DELETE, OPTIONS] }, to: origin }
                  others: { match: { path: "/key/{number}/part", method: POST }, to: { respond: { status: 204 } } }
                  guarded: { match: { path: "/guarded/**", method: POST }, to: origin, access: { deny: { cidr: 127.0.0.1/32 } } }
                """);
    }

    @AfterAll
    static void stop() throws IOException {
        scene.close();
    }

    private static String nextTarget() {
        return "/key/" + ++targets;
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
            POST    | 200 OK          | true
            PUT     | 204 No Content  | true
            PATCH   | 200 OK          | true
            DELETE  | 302 Found       | true
            OPTIONS | 200 OK          | false
            POST    | 400 Bad Request | false
            PUT     | 500 Sorry       | false
            """)
    void an_unsafe_request_on_a_route_without_cache_makes_old_what_another_has_stored_RFC_9111_4_4(
            String method, String status, boolean isForgotten) throws IOException {
        var target = nextTarget();
        scene.answering();
        var first = scene.get(target);
        scene.answeringBy(exchange -> exchange.send(
                "HTTP/1.1 " + status + "\r\n" + (status.startsWith("204") ? "" : "Content-Length: 0\r\n") + "\r\n"));
        assertThat(scene.send(method, target).header("cache-status")).isNull();
        scene.answering();
        assertThat(scene.get(target).text().equals(first.text())).isEqualTo(!isForgotten);
    }

    @Test
    void so_is_what_its_answer_names_and_nothing_else_is() throws IOException {
        var target = nextTarget();
        var named = nextTarget();
        var beside = nextTarget();
        scene.answering();
        var first = scene.get(named).text();
        var other = scene.get(beside).text();
        scene.answeringBy(exchange -> exchange.reply("201 Created", "", "Location: " + named));
        scene.send("POST", target);
        scene.answering();
        assertThat(scene.get(named).text()).isNotEqualTo(first);
        assertThat(scene.get(beside).text()).isEqualTo(other);
    }

    @Test
    void whoever_answers_it() throws IOException {
        var target = nextTarget() + "/part";
        scene.answering();
        var first = scene.get(target).text();
        assertThat(scene.send("POST", target).status()).isEqualTo(204);
        assertThat(scene.get(target).text()).isNotEqualTo(first);
    }

    @Test
    void one_that_a_policy_refuses_changes_nothing() throws IOException {
        scene.answering();
        var first = scene.get("/guarded/x").text();
        assertThat(scene.send("POST", "/guarded/x").status()).isEqualTo(403);
        assertThat(scene.get("/guarded/x").text()).isEqualTo(first);
    }

    @Test
    void an_answer_is_not_stored_that_was_asked_for_before_the_change() throws Exception {
        var target = nextTarget();
        var asked = new CountDownLatch(1);
        var changed = new CountDownLatch(1);
        scene.answeringBy(exchange -> {
            if (exchange.method().equals("GET")) {
                asked.countDown();
                await(changed);
            }
            exchange.reply("200 OK", scene.number());
        });
        var first = CompletableFuture.supplyAsync(() -> get(target));
        await(asked);
        scene.send("PUT", target);
        changed.countDown();
        scene.answering();
        assertThat(scene.get(target).text()).isNotEqualTo(first.get());
    }

    @Test
    void reads_and_writes_may_have_services_of_their_own() throws Exception {
        var answers = new AtomicInteger();
        try (var replicas = RawOrigin.answering(exchange -> exchange.reply("200 OK", "" + answers.incrementAndGet()));
                var primary = RawOrigin.answering("changed");
                var gateway = TestGateway.start("""
                        services: { replicas: { targets: "%s" }, primary: { targets: "%s" } }
                        routes:
                          reads:  { match: { path: "/users/**", method: GET }, to: replicas, cache: 30s }
                          writes: { match: { path: "/users/**" }, to: primary }
                        """, replicas.url(), primary.url());
                var client = gateway.client()) {
            assertThat(client.send(RawClient.request("GET", "/users/7")).read().text())
                    .isEqualTo("1");
            assertThat(client.send(RawClient.request("GET", "/users/7")).read().text())
                    .isEqualTo("1");
            assertThat(client.send(RawClient.request("PUT", "/users/7")).read().text())
                    .isEqualTo("changed");
            assertThat(client.send(RawClient.request("GET", "/users/7")).read().text())
                    .isEqualTo("2");
        }
    }

    private static String get(String target) {
        try {
            return scene.get(target).text();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
