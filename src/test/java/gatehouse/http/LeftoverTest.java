package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies of requests that are answered here, so that nobody wants them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class LeftoverTest {
    private static final String SMUGGLED = RawClient.request("GET", "/smuggled");

    @TempDir
    private static Path folder;

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        Files.writeString(folder.resolve("a.txt"), "a");
        scene = Scene.start("""
                services: { origin: { targets: "%%s", pool: { max: 1 } } }
                routes:
                  one:   { match: { path: "/{any}", method: [ GET, OPTIONS ] }, to: origin }
                  files: { match: { path: "/files/**" }, to: { files: "%s" } }
                """.formatted(folder));
    }

    @AfterAll
    static void stop() throws IOException {
        scene.close();
    }

    @AfterEach
    void the_next_request_is_served() throws IOException {
        scene.stillServes();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "PUT /none HTTP/1.1, 405",
        "PUT /none/at/all HTTP/1.1, 404",
        "GET /files/a.txt HTTP/1.1, 200",
        "GET /files/b.txt HTTP/1.1, 404",
        "POST /files/a.txt HTTP/1.1, 405",
        "OPTIONS * HTTP/1.1, 204",
        "OPTIONS /x HTTP/1.1\\r\\nMax-Forwards: 0, 204",
    })
    void a_body_that_nobody_wants_is_never_read_as_a_request(String start, int status) throws IOException {
        var before = scene.bytesAtOrigin();
        var head = start.replace("\\r\\n", "\r\n") + "\r\nHost: localhost\r\n";
        var length = SMUGGLED.length();
        try (var client = scene.client()) {
            for (var i = 0; i < 3; i++) {
                client.send(head + "Content-Length: " + length + "\r\n\r\n" + SMUGGLED);
                assertThat(client.read().status()).isEqualTo(status);
                client.send(head + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(length) + "\r\n"
                        + SMUGGLED + "\r\n0\r\n\r\n");
                assertThat(client.read().status()).isEqualTo(status);
            }
            assertThat(scene.bytesAtOrigin()).isEqualTo(before);
            assertThat(client.send(RawClient.request("GET", "/next")).read().status())
                    .isEqualTo(200);
        }
        assertThat(scene.lastRequest().target()).isEqualTo("/next");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"PUT /none HTTP/1.1, 405", "GET /files/a.txt HTTP/1.1, 200", "OPTIONS * HTTP/1.1, 204"})
    void so_is_one_that_is_too_long_to_be_read_for_nothing(String start, int status) throws IOException {
        var before = scene.bytesAtOrigin();
        var body = SMUGGLED.repeat(20_000);
        try (var client = scene.client()) {
            var unused = client.sendInBackground(
                    (start + "\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body).getBytes());
            assertThat(client.read().status()).isEqualTo(status);
            assertThat(client.closedByPeer()).isTrue();
        }
        assertThat(scene.bytesAtOrigin()).isEqualTo(before);
    }
}
