package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HostTest extends SceneCase {
    @ParameterizedTest(name = "RFC 9110 §7.2: Host: {0}")
    @ValueSource(
            strings = {
                "localhost",
                "LocalHost",
                "a.test:8080",
                "a.test:0",
                "a_b.test",
                "a.test.",
                "127.0.0.1:80",
                "10.0.0.1.a.test",
                "1.2.3.4a:8080",
                "127.0.0.1.",
                "[::1]",
                "[2001:db8::1]:443",
                "xn--bcher-kva.example"
            })
    void a_valid_host_passes_as_it_is(String host) throws IOException {
        assertThat(scene.exchange("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                        .status())
                .isEqualTo(200);
        assertThat(scene.lastRequest().head().all("host")).containsExactly(host);
    }

    @ParameterizedTest(name = "RFC {0}: {1} is refused")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            9112 §3.2       | X-Other: a
            9112 §3.2       | Host:
            9112 §3.2       | Host: a.test\\r\\nHost: a.test
            9112 §3.2       | Host: a.test\\r\\nHost: b.test
            3986 §3.2.2     | Host: a.test/evil
            3986 §3.2.2     | Host: good@evil.test
            3986 §3.2.2     | Host: a, b
            3986 §3.2.2     | Host: a b
            3986 §3.2.2     | Host: a..b
            3986 §3.2.2     | Host: .
            3986 §3.2.2     | Host: %61.test
            3986 §3.2.2     | Host: a.test?x
            3986 §3.2.2     | Host: a.test#x
            3986 §3.2.2     | Host: "a"
            3986 §3.2.2     | Host: [::1
            3986 §3.2.2     | Host: [::g]
            3986 §3.2.2     | Host: [::1%";for="6.6.6.6"]
            3986 §3.2.2     | Host: [fe80::1%eth0]
            3986 §3.2.2     | Host: [::1]x
            3986 §3.2.3     | Host: a.test:99999
            3986 §3.2.3     | Host: a.test:80:80
            3986 §3.2.3     | Host: a.test:
            3986 §3.2.3     | Host: a.test:x
            3986 §3.2.3     | Host: a.test:-1
            3986 §3.2.3     | Host: :80
            """)
    void a_missing_second_or_invalid_host_goes_nowhere(String section, String fields) throws IOException {
        Refusals.assertRefused(scene, "GET / HTTP/1.1\r\n" + fields.replace("\\r\\n", "\r\n") + "\r\n\r\n", 400);
    }

    @Test
    void a_label_of_64_characters_is_none_RFC_1035_2_3_4() throws IOException {
        Refusals.assertRefused(scene, "GET / HTTP/1.1\r\nHost: " + "a".repeat(64) + "\r\n\r\n", 400);
    }

    @Test
    void a_name_of_256_characters_is_none_RFC_1035_2_3_4() throws IOException {
        Refusals.assertRefused(scene, "GET / HTTP/1.1\r\nHost: " + "abcdefg.".repeat(32) + "\r\n\r\n", 400);
    }

    @Test
    void a_host_with_8_bit_characters_is_refused() throws IOException {
        Refusals.assertRefused(scene, "GET / HTTP/1.1\r\nHost: b\u00fccher.test\r\n\r\n", 400);
    }

    /** HTTP/1.0 has no Host; the target then gets its own name, since HTTP/1.1 needs one. */
    @Test
    void http_1_0_may_do_without_RFC_9112_3_2() throws IOException {
        assertThat(scene.exchange("GET / HTTP/1.0\r\n\r\n").status()).isEqualTo(200);
        assertThat(scene.lastRequest().head().all("host"))
                .containsExactly(scene.origin().authority());
    }

    @Test
    void the_absolute_form_needs_a_host_that_agrees_RFC_9112_3_2_2() throws IOException {
        Refusals.assertRefused(scene, "GET http://a.test/x HTTP/1.1\r\nHost: b.test\r\n\r\n", 400);
        assertThat(scene.exchange("GET http://a.test:80/x HTTP/1.1\r\nHost: a.test:80\r\n\r\n")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void the_target_gets_its_own_name_where_the_service_says_so() throws Exception {
        try (var other = Scene.start("""
                services: { origin: { targets: "%s", hostHeader: target } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """)) {
            other.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
            assertThat(other.lastRequest().head().all("host"))
                    .containsExactly(other.origin().authority());
            assertThat(other.lastRequest().header("x-forwarded-host")).isEqualTo("a.test");
        }
    }
}
