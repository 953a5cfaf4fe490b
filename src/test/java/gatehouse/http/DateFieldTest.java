package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DateFieldTest {
    @Test
    @DisplayName("RFC 9110 §5.6.7: a date has the fixed form")
    void a_date_has_the_fixed_form() {
        assertThat(DateField.of(784_111_777_999L).toString()).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
        assertThat(DateField.of(784_111_777_000L).toString()).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
        assertThat(DateField.of(784_111_778_000L).toString()).isEqualTo("Sun, 06 Nov 1994 08:49:38 GMT");
    }

    @Test
    @DisplayName("RFC 9110 §6.6.1: an answer without a date gets one, an answer with one keeps it")
    void every_answer_has_a_date() throws Exception {
        var dated = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n";
        try (var undated = RawOrigin.answering(Answers.ok("hello"));
                var old = RawOrigin.answering(Answers.bytes(dated));
                var gateway = TestGateway.start("""
                        services: { undated: { targets: "%s" }, dated: { targets: "%s" } }
                        routes:
                          undated: { match: { path: /undated }, to: undated }
                          dated: { match: { path: /dated }, to: dated }
                        """, undated.url(), old.url())) {
            assertThat(ageOf(gateway, "/undated")).isLessThan(Duration.ofMinutes(1));
            assertThat(ageOf(gateway, "/no-route")).isLessThan(Duration.ofMinutes(1));
            assertThat(RawClient.get(gateway.port(), "/dated").head().raw())
                    .containsOnlyOnce("ate: ")
                    .contains("Sun, 06 Nov 1994 08:49:37 GMT");
        }
    }

    private static Duration ageOf(TestGateway gateway, String path) throws Exception {
        var date = RawClient.get(gateway.port(), path).head().headers().stream()
                .filter(field -> field.name().equalsIgnoreCase("date"))
                .findFirst()
                .orElseThrow()
                .value();
        var sent =
                ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        return Duration.between(sent, Instant.now()).abs();
    }
}
