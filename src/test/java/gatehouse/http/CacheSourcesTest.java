package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cache in front of what is no service, or whose answers a policy before it bounds. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheSourcesTest {
    private static final String LONG = "0123456789".repeat(20_000);

    /** Files there say that they are a page long, and are shorter. */
    private static final Path LIARS = Path.of("/sys/devices/virtual/net/lo");

    @TempDir
    private static Path home;

    private static final CompletableFuture<Void> OVER = new CompletableFuture<>();
    private static RawOrigin origin;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        Files.writeString(home.resolve("short.txt"), "short");
        Files.writeString(home.resolve("long.txt"), LONG);
        Files.writeString(home.resolve("empty.txt"), "");
        origin = RawOrigin.answering(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n");
            exchange.send("5\r\n01234\r\n".repeat(300));
            OVER.join();
        });
        gateway = TestGateway.start("""
                services: { origin: { targets: "%1$s" } }
                routes:
                  said:   { match: { path: "/said" }, to: { respond: { body: "said" } }, cache: 1m }
                  unsaid: { match: { path: "/unsaid" }, to: { respond: { status: 403, body: "no" } }, cache: 1m }
                  files:  { match: { path: "/files/**" }, to: { files: "%2$s" }, cache: 1m }
                  plain:  { match: { path: "/plain/**" }, to: { files: "%3$s" } }
                  liars:  { match: { path: "/liars/**" }, to: { files: "%3$s" }, cache: 1m }
                  bounds: { match: { path: "/bounds" }, to: origin, cache: 1m, limits: { response: 1KiB } }
                """, origin.url(), home, LIARS);
    }

    @AfterAll
    static void stop() throws IOException {
        OVER.complete(null);
        origin.close();
        gateway.close();
    }

    private static RawResponse get(String target) {
        try {
            return RawClient.get(gateway.port(), target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void isServed(String target, int status, String text) {
        var answer = get(target);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).isEqualTo(text);
    }

    private static void isStored(String target, String text) {
        isServed(target, 200, text);
        Waiting.until("it is stored", () -> get(target).header("cache-status").contains("; hit"));
        isServed(target, 200, text);
    }

    @Test
    void what_the_gateway_says_itself_is_stored_like_an_answer_of_a_service() {
        isStored("/said", "said");
        isServed("/unsaid", 403, "no");
        isServed("/unsaid", 403, "no");
    }

    @Test
    void files_are_stored_and_served_whole() {
        isStored("/files/short.txt", "short");
        isStored("/files/long.txt", LONG);
        isStored("/files/empty.txt", "");
    }

    @Test
    void a_file_that_is_cut_while_it_is_read_is_never_an_answer() throws Exception {
        assumeThat(LIARS.resolve("mtu")).hasSize(4096);
        var vertx = Vertx.vertx();
        try {
            var http2 = Clients.http2(vertx);
            for (var i = 0; i < 2; i++) {
                assertThat(isWhole(http2, "/plain/mtu")).isFalse();
                assertThat(isWhole(http2, "/liars/mtu")).isFalse();
                assertThat(isWhole(RawClient.connect(gateway.port()).send(RawClient.request("GET", "/liars/mtu"))))
                        .isFalse();
            }
        } finally {
            TestGateway.await(vertx.close());
        }
    }

    private static boolean isWhole(HttpClient client, String target) {
        try {
            return Clients.exchange(client, gateway.port(), "GET", target, new byte[0])
                            .status()
                    == 200;
        } catch (Exception brokenOff) {
            return false;
        }
    }

    private static boolean isWhole(RawClient client) {
        try (client) {
            var answer = client.read();
            return answer.status() == 200 && answer.isComplete();
        } catch (IOException | RuntimeException brokenOff) {
            return false;
        }
    }

    /** Not only when the service has ended it, which it may never do. */
    @Test
    @Timeout(25)
    void who_may_not_have_so_much_is_told_at_once() throws IOException {
        try (var client = RawClient.connect(gateway.port())) {
            assertThat(isWhole(client.send(RawClient.request("GET", "/bounds"))))
                    .isFalse();
        }
    }
}
