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

/** Parts of a file, and copies that are still good (RFC 9110 §13, §14). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FileConditionsTest {
    private static final String DIGITS = "0123456789";

    @TempDir
    private static Path site;

    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        Files.writeString(site.resolve("digits.txt"), DIGITS);
        Files.writeString(site.resolve("empty.txt"), "");
        Files.setLastModifiedTime(site.resolve("digits.txt"), FileTime.from(Instant.parse("2024-02-03T04:05:06.789Z")));
        gateway = TestGateway.start("""
                services: {}
                routes:   { site: { match: { path: "/**" }, to: { files: "%s" } } }
                """, site);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static RawResponse get(String target, String... fields) throws IOException {
        return RawClient.get(gateway.port(), target, fields);
    }

    @Test
    void a_client_whose_copy_is_good_gets_304() throws Exception {
        var tag = get("/digits.txt").header("ETag");
        for (var condition : new String[] {
            "If-None-Match: " + tag,
            "If-None-Match: W/" + tag,
            "If-None-Match: \"other\", " + tag,
            "If-None-Match: *",
            "If-Modified-Since: Sat, 03 Feb 2024 04:05:06 GMT",
            "If-Modified-Since: Saturday, 03-Feb-24 04:05:07 GMT"
        }) {
            var response = get("/digits.txt", condition);
            assertThat(response.status()).as(condition).isEqualTo(304);
            assertThat(response.header("ETag")).isEqualTo(tag);
            assertThat(response.header("Content-Length")).isNull();
            assertThat(response.header("X-Request-Id")).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "If-None-Match: \"other\"",
                "If-Modified-Since: Sat, 03 Feb 2024 04:05:05 GMT",
                "If-Modified-Since: yesterday",
                "If-None-Match: \"other\"\r\nIf-Modified-Since: Sat, 03 Feb 2024 04:05:06 GMT"
            })
    void a_client_whose_copy_is_old_gets_the_file(String condition) throws Exception {
        assertThat(get("/digits.txt", condition).text()).isEqualTo(DIGITS);
    }

    @Test
    void a_changed_file_has_another_tag() throws Exception {
        Files.writeString(site.resolve("changing.txt"), "one");
        var tag = get("/changing.txt").header("ETag");
        Files.writeString(site.resolve("changing.txt"), "three");
        var response = get("/changing.txt", "If-None-Match: " + tag);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.text()).isEqualTo("three");
        assertThat(response.header("ETag")).isNotEqualTo(tag);
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, bytes 0-0/10",
        "bytes=2-5, 2345, bytes 2-5/10",
        "bytes=7-, 789, bytes 7-9/10",
        "bytes=7-99, 789, bytes 7-9/10",
        "bytes=-3, 789, bytes 7-9/10",
        "bytes=-99, 0123456789, bytes 0-9/10"
    })
    void a_range_is_206(String range, String text, String contentRange) throws Exception {
        var response = get("/digits.txt", "Range: " + range);
        assertThat(response.status()).isEqualTo(206);
        assertThat(response.text()).isEqualTo(text);
        assertThat(response.header("Content-Range")).isEqualTo(contentRange);
        assertThat(response.header("Content-Length")).isEqualTo(Integer.toString(text.length()));
        assertThat(response.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    }

    @ParameterizedTest
    @CsvSource({
        "/digits.txt, bytes=10-, 10",
        "/digits.txt, bytes=99-100, 10",
        "/digits.txt, bytes=-0, 10",
        "/empty.txt, bytes=0-, 0"
    })
    void a_range_outside_of_the_file_is_416_as_a_problem(String path, String range, String size) throws Exception {
        var response = get(path, "Range: " + range);
        assertThat(response.status()).isEqualTo(416);
        assertThat(response.header("Content-Range")).isEqualTo("bytes */" + size);
        assertThat(response.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(response.header("X-Request-Id")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=",
                "bytes=-",
                "bytes=a-b",
                "bytes=5-2",
                "bytes=0-1,4-5",
                "bytes=1-x",
                "lines=1-2",
                "bytes=9999999999999999999-"
            })
    void what_is_no_single_range_gets_the_whole_file(String range) throws Exception {
        var response = get("/digits.txt", "Range: " + range);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.text()).isEqualTo(DIGITS);
    }

    @Test
    void a_range_of_an_older_copy_gets_the_whole_file() throws Exception {
        var tag = get("/digits.txt").header("ETag");
        assertThat(get("/digits.txt", "Range: bytes=1-2", "If-Range: " + tag).text())
                .isEqualTo("12");
        assertThat(get("/digits.txt", "Range: bytes=1-2", "If-Range: Sat, 03 Feb 2024 04:05:06 GMT")
                        .text())
                .isEqualTo("12");
        for (var older : new String[] {"\"older\"", "W/" + tag, "Sat, 03 Feb 2024 04:05:05 GMT"}) {
            assertThat(get("/digits.txt", "Range: bytes=1-2", "If-Range: " + older)
                            .text())
                    .isEqualTo(DIGITS);
        }
    }
}
