package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The plain case, byte for byte. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ForwardingTest {
    @Test
    void a_request_reaches_the_target_and_its_answer_the_client() throws Exception {
        try (var scene = Scene.start()) {
            scene.answering(Answers.status(
                    "200 OK", "hello", "Content-Type: text/plain", "Date: Sat, 21 Nov 2026 09:00:00 GMT"));
            var response =
                    scene.exchange(RawClient.request("GET", "/some/path?q=1", "X-Own: kept", "X-Request-Id: r-1"));
            assertThat(scene.lastRequest().head().raw()).isEqualTo("""
                    GET /some/path?q=1 HTTP/1.1\r
                    Host: localhost\r
                    X-Own: kept\r
                    X-Forwarded-For: 127.0.0.1\r
                    X-Forwarded-Proto: http\r
                    X-Forwarded-Host: localhost\r
                    Forwarded: for=127.0.0.1;host=localhost;proto=http\r
                    Via: 1.1 gatehouse\r
                    X-Request-Id: r-1\r
                    \r
                    """);
            assertThat(response.head().raw()).isEqualTo("""
                    HTTP/1.1 200 OK\r
                    Content-Type: text/plain\r
                    Date: Sat, 21 Nov 2026 09:00:00 GMT\r
                    content-length: 5\r
                    X-Request-Id: r-1\r
                    \r
                    """);
            assertThat(response.text()).isEqualTo("hello");
        }
    }

    @Test
    void an_answer_without_a_date_gets_one_RFC_9110_6_6_1() throws Exception {
        try (var scene = Scene.start()) {
            for (var target : new String[] {"/", "/%00"}) {
                var date = scene.exchange(RawClient.request("GET", target)).all("date");
                assertThat(date).hasSize(1);
                var sent = ZonedDateTime.parse(date.get(0), DateTimeFormatter.RFC_1123_DATE_TIME);
                assertThat(Duration.between(sent.toInstant(), Instant.now())).isLessThan(Duration.ofMinutes(1));
            }
        }
    }

    @Test
    void each_request_is_counted_once_at_its_target() throws Exception {
        try (var scene = Scene.start()) {
            for (var i = 0; i < 5; i++) {
                scene.exchange(RawClient.request("GET", "/"));
            }
            assertThat(scene.requestsAtOrigin()).isEqualTo(5);
            scene.awaitNothingInFlight();
        }
    }
}
