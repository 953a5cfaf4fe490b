package gatehouse.policy.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import gatehouse.config.Size;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times of a token, to the millisecond (RFC 7519 §4.1.4 to §4.1.6), with a leeway of 30 s and at most 24 hours of life. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ClaimsTest {
    private static final double NOW = 2_000_000_000;

    private static final JwtConfig CONFIG = new JwtConfig(
            List.of(),
            List.of(),
            List.of(),
            null,
            List.of(),
            List.of("JWT"),
            Duration.ofSeconds(30),
            Duration.ofHours(24),
            new JwtConfig.From(true, null, null, null, new Size(1024), Duration.ofSeconds(1)),
            "sub",
            "groups",
            Map.of(),
            true,
            Duration.ofMinutes(1));

    private final Claims claims = new Claims(CONFIG, clock());

    private static InstantSource clock() {
        var now = Instant.ofEpochSecond((long) NOW);
        return () -> now;
    }

    /** Times are seconds from now. */
    private static Token token(Double issued, Double from, double expires) {
        Map<String, Object> said = new LinkedHashMap<>();
        if (issued != null) {
            said.put("iat", NOW + issued);
        }
        if (from != null) {
            said.put("nbf", NOW + from);
        }
        said.put("exp", NOW + expires);
        return new Token(Algorithm.HS256, "", "jwt", said);
    }

    @ParameterizedTest(name = "iat {0}, nbf {1}, exp {2}: {3}")
    @CsvSource({
        ",,       600,     ",
        ",,       -29.999, ",
        ",,       -30,     The token has expired.",
        ",,       -31,     The token has expired.",
        ", 30,    600,     ",
        ", 30.001, 600,    The token is not valid yet.",
        "30,,     600,     ",
        "30.001,, 600,     The token was issued in the future.",
        ",,       86400,   ",
        ",,       86400.001, The token lives too long.",
        "-60,,    86340,   ",
        "-60,,    86341,   The token lives too long.",
        "-86400,, -1,      ",
        "20,,     86420,   "
    })
    void a_time_counts_to_the_millisecond(Double issued, Double from, double expires, String refusal) {
        var token = token(issued, from, expires);
        if (refusal == null) {
            assertThat(claims.check(token)).isCloseTo(NOW + expires + 30, within(0.001));
        } else {
            assertThatThrownBy(() -> claims.check(token)).hasMessage(refusal);
        }
    }

    @Test
    void a_token_without_an_end_is_none() {
        assertThatThrownBy(() -> claims.check(new Token(Algorithm.HS256, "", "jwt", Map.of("sub", "ann"))))
                .hasMessage("The token has no exp.");
    }
}
