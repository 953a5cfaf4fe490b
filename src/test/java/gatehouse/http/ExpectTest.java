package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that waits to be told to send its body, and gets the gateway's own final answer instead (RFC 9110 §10.1.1). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ExpectTest {
    private static final String NEXT = RawClient.request("GET", "/own/smuggled", "X-Fill: " + "z".repeat(200));

    @TempDir
    private static Path folder;

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        Files.writeString(folder.resolve("a.txt"), "a");
        var dead = RawOrigin.closedPort();
        scene = Scene.start("""
                services:
                  own:    { targets: "%%1$s" }
                  none:   { targets: "http://127.0.0.1:%1$d" }
                  nonewp: { targets: "http://127.0.0.1:%1$d", forwarder: web-proxy }
                routes:
                  own:    { match: { path: "/own/**", method: [ GET, PUT, OPTIONS ] }, to: own, limits: { body: 100KiB } }
                  after:  { match: { path: "/afterwards" }, to: own }
                  slow:   { match: { path: "/slow/**" }, to: own, timeout: { firstByte: 100ms, idle: 100ms } }
                  none:   { match: { path: "/none/**" }, to: none }
                  nonewp: { match: { path: "/nonewp/**" }, to: nonewp }
                  files:  { match: { path: "/files/**" }, to: { files: "%2$s" } }
                """.formatted(dead, folder));
    }

    @AfterAll
    static void stop() throws IOException {
        scene.stillServes();
        scene.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "PUT /nowhere HTTP/1.1, 404",
        "POST /own/x HTTP/1.1, 405",
        "PUT /own/%2f HTTP/1.1, 400",
        "PUT /own/x HTTP/1.1\\r\\nExpect: 100-continue, 417",
        "PUT /own/x HTTP/1.1\\r\\nExpect: the-best, 417",
        "PUT /own/x HTTP/1.1\\r\\nContent-Length: 200000, 413",
        "PUT /none/x HTTP/1.1, 502",
        "PUT /nonewp/x HTTP/1.1, 502",
        "OPTIONS * HTTP/1.1, 204",
        "OPTIONS /own/x HTTP/1.1\\r\\nMax-Forwards: 0, 204",
        "GET /files/a.txt HTTP/1.1, 200",
        "GET /files/b.txt HTTP/1.1, 404",
    })
    void a_final_answer_of_the_gateway_ends_the_connection_RFC_9110_10_1_1(String start, int status)
            throws IOException {
        var framed = start.contains("Content-Length")
                ? start
                : start + (status % 2 == 0 ? "\\r\\nContent-Length: 10" : "\\r\\nTransfer-Encoding: chunked");
        var before = scene.bytesAtOrigin();
        try (var client = scene.client()) {
            client.send(framed.replace("\\r\\n", "\r\n") + "\r\nHost: localhost\r\nExpect: 100-continue\r\n\r\n");
            var response = client.read();
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.interim()).isEmpty();
            assertThat(response.header("connection")).isEqualToIgnoringCase("close");
            client.send(NEXT);
            assertThat(client.closedByPeer()).isTrue();
        }
        assertThat(scene.bytesAtOrigin()).isEqualTo(before);
    }

    @Test
    void so_does_one_for_a_target_that_says_nothing() throws IOException {
        scene.answering(Answers.hang("late"));
        var already = scene.requestsAtOrigin();
        try (var client = scene.client()) {
            client.send(RawClient.request("PUT", "/slow/x", "Content-Length: 10", "Expect: 100-continue"));
            var response = client.read();
            assertThat(response.status()).isBetween(408, 504);
            assertThat(response.header("connection")).isEqualToIgnoringCase("close");
            assertThat(client.closedByPeer()).isTrue();
            scene.origin().awaitRequests(already + 1); // the next test counts what comes there
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"Content-Length: 0", "X-A: b"})
    void without_a_body_there_is_no_doubt(String framing) throws IOException {
        try (var client = scene.client()) {
            for (var i = 0; i < 2; i++) {
                client.send(RawClient.request("PUT", "/nowhere", framing, "Expect: 100-continue"));
                var response = client.read();
                assertThat(response.status()).isEqualTo(404);
                assertThat(response.header("connection")).isNull();
            }
        }
    }
}
