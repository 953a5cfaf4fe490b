package gatehouse.files;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FileSiteTest {
    private static final String DIGITS = "0123456789";

    @TempDir
    private static Path home;

    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        var site = Files.createDirectories(home.resolve("site"));
        write("secret.txt", "secret");
        write("outside/index.html", "secret");
        write("site/index.html", "<h1>home</h1>");
        write("site/digits.txt", DIGITS);
        write("site/empty.txt", "");
        write("site/style.css", "a{}");
        write("site/app.js", "1");
        write("site/logo.svg", "<svg/>");
        write("site/data.unknown", "?");
        write("site/a b+ü.txt", "spelled");
        write("site/docs/index.html", "docs");
        write("site/docs/page.html", "page");
        write("site/bare/file.txt", "bare");
        write("site/.git/config", "secret");
        write("site/.hidden/x", "secret");
        write("site/docs/.env", "secret");
        Files.setLastModifiedTime(site.resolve("digits.txt"), FileTime.from(Instant.parse("2024-02-03T04:05:06.789Z")));
        Files.createSymbolicLink(site.resolve("out.txt"), home.resolve("secret.txt"));
        Files.createSymbolicLink(site.resolve("out"), home.resolve("outside"));
        Files.createSymbolicLink(site.resolve("loop"), site.resolve("loop"));
        Files.createSymbolicLink(site.resolve("inside.txt"), site.resolve("digits.txt"));
        gateway = TestGateway.start("""
                services: {}
                routes:
                  site:   { match: { path: "/**" }, to: { files: "%1$s" } }
                  assets: { match: { path: "/assets/v1/**" }, to: { files: "%1$s" } }
                  any:    { match: { path: "/of/{tenant}/**" }, to: { files: "%1$s", index: page.html } }
                  one:    { match: { path: "/docs/page.html", method: GET }, to: { files: "%1$s" } }
                """, site);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static void write(String name, String text) throws IOException {
        var file = home.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static RawResponse get(String target, String... fields) throws IOException {
        return RawClient.get(gateway.port(), target, fields);
    }

    private static RawResponse send(String method, String target, String... fields) throws IOException {
        try (var client = gateway.client()) {
            return client.send(RawClient.request(method, target, fields)).read(method);
        }
    }

    @Test
    void a_file_is_sent_with_its_length_type_and_validators() throws Exception {
        var response = get("/digits.txt");
        assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(response.header("Content-Length")).isEqualTo("10");
        assertThat(response.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(response.header("Last-Modified")).isEqualTo("Sat, 03 Feb 2024 04:05:06 GMT");
        assertThat(response.header("ETag")).matches("\"[0-9a-f]+-a\"");
        assertThat(response.header("Accept-Ranges")).isEqualTo("bytes");
        assertThat(response.header("X-Request-Id")).isNotEmpty();
        assertThat(response.text()).isEqualTo(DIGITS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/           | <h1>home</h1>",
                "/index.html | <h1>home</h1>",
                "/docs/      | docs",
                "/docs/page.html   | page",
                "/docs/../digits.txt | 0123456789",
                "//docs//page.html | page",
                "/a%20b+%C3%BC.txt | spelled",
                "/a%20b%2B%c3%bc.txt | spelled",
                "/inside.txt | 0123456789",
                "/empty.txt  | ''",
                "/assets/v1/ | <h1>home</h1>",
                "/assets/v1/digits.txt | 0123456789",
                "/of/acme/docs/ | page",
                "/index.html?v=1 | <h1>home</h1>"
            })
    void a_path_leads_to_a_file(String path, String text) throws Exception {
        var response = get(path);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "/style.css, text/css; charset=utf-8",
        "/app.js, text/javascript; charset=utf-8",
        "/index.html, text/html; charset=utf-8",
        "/logo.svg, image/svg+xml",
        "/data.unknown, application/octet-stream"
    })
    void the_type_follows_from_the_name(String path, String type) throws Exception {
        assertThat(get(path).header("Content-Type")).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/missing.txt",
                "/missing/",
                "/bare/",
                "/digits.txt/",
                "/digits.txt/x",
                "/.git/config",
                "/.git/",
                "/.git",
                "/%2egit/config",
                "/.hidden/x",
                "/docs/.env",
                "/docs/../.hidden/x",
                "/assets/v1/.hidden/x",
                "/out.txt",
                "/out",
                "/out/",
                "/out/index.html",
                "/loop",
                "/secret.txt",
                "/../secret.txt",
                "/%2e%2e/secret.txt",
                "/docs/%2E%2E/%2e%2e/secret.txt",
                "/assets/v1/../../../secret.txt"
            })
    void what_is_not_there_hidden_or_outside_is_404_as_a_problem(String path) throws Exception {
        var response = get(path);
        assertThat(response.status()).isEqualTo(404);
        assertThat(response.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(response.header("X-Request-Id")).isNotEmpty();
        assertThat(response.text()).contains("urn:gatehouse:problem:not-found").doesNotContain("secret", "/site");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..%2fsecret.txt",
                "/..%2Fsecret.txt",
                "/..%5csecret.txt",
                "/docs/..%2f..%2fsecret.txt",
                "/%252e%252e/secret.txt",
                "/digits.txt%00.html",
                "/..;/secret.txt"
            })
    void a_path_that_could_be_read_in_two_ways_is_refused_at_the_door(String path) throws Exception {
        var response = get(path);
        assertThat(response.status()).isEqualTo(400);
        assertThat(response.text()).doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "/docs, /docs/",
        "/docs?a=1&b=//evil.example, /docs/?a=1&b=//evil.example",
        "//docs, /docs/",
        "/assets/v1, /assets/v1/",
        "/assets/v1/docs, /assets/v1/docs/"
    })
    void a_folder_without_its_slash_is_redirected_to_itself(String path, String location) throws Exception {
        var response = get(path);
        assertThat(response.status()).isEqualTo(301);
        assertThat(response.header("Location")).isEqualTo(location);
        assertThat(response.header("X-Request-Id")).isNotEmpty();
    }

    @Test
    void HEAD_is_answered_like_GET_without_the_body() throws Exception {
        try (var client = gateway.client()) {
            var response = client.send(RawClient.request("HEAD", "/digits.txt")).read("HEAD");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.all("Content-Length")).containsExactly("10");
            assertThat(response.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(response.header("ETag")).isNotEmpty();
            assertThat(client.send(RawClient.request("GET", "/digits.txt"))
                            .read()
                            .text())
                    .isEqualTo(DIGITS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"})
    void other_methods_are_405_with_Allow(String method) throws Exception {
        var response = send(method, "/digits.txt", "Content-Length: 0");
        assertThat(response.status()).isEqualTo(405);
        assertThat(response.header("Allow")).isEqualTo("GET, HEAD");
        assertThat(response.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(response.text()).contains("method-not-allowed");
    }

    @Test
    void a_large_file_arrives_whole_and_the_connection_serves_on() throws Exception {
        var large = DIGITS.repeat(300_000);
        write("site/large.bin", large);
        try (var client = gateway.client()) {
            assertThat(client.send(RawClient.request("GET", "/large.bin"))
                            .read()
                            .text())
                    .isEqualTo(large);
            assertThat(client.send(RawClient.request("GET", "/digits.txt"))
                            .read()
                            .text())
                    .isEqualTo(DIGITS);
            assertThat(client.send(RawClient.request("GET", "/missing")).read().status())
                    .isEqualTo(404);
            assertThat(client.send(RawClient.request("GET", "/empty.txt"))
                            .read()
                            .header("Content-Length"))
                    .isEqualTo("0");
        }
    }
}
