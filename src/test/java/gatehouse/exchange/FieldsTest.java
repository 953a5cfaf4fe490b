package gatehouse.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FieldsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-For",
                "x_forwarded_for",
                "X-Forwarded_Proto",
                "X-Forwarded-Server",
                "X-Forwarded",
                "Forwarded",
                "Forwarded-For",
                "X-Real-IP",
                "x_real_ip",
                "True-Client-IP",
                "CF-Connecting-IP",
                "X-Client-IP",
                "Via"
            })
    void what_says_who_called_is_known_in_every_spelling(String name) {
        assertThat(Fields.isForwarding(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Proxy",
                "X-Original-URL",
                "x_original_url",
                "X-Rewrite-URL",
                "X-HTTP-Method-Override",
                "Transfer_Encoding"
            })
    void what_would_make_a_target_see_another_request_is_known_in_every_spelling(String name) {
        assertThat(Fields.isOverriding(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"X-Forward", "X-Forwarded-", "Viable", "X-Own", "Proxy-Status", "Forwards", "X-Original", "Host"
            })
    void other_names_are_left_alone(String name) {
        assertThat(Fields.isForwarding(name) || Fields.isOverriding(name)).isFalse();
    }
}
