package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values that have the right type and could never work: told when the file is read, not by what comes of them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class UnusableValuesTest {
    private static final String A_SERVICE = "services: { a: { targets: \"http://a:1\", %s } }";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "health: { active: healthz }                    | services.a.health.active.path: healthz",
                "health: { active: \"/up HTTP/1.1\\r\\nX: y\" } | services.a.health.active.path: ",
                "health: { active: \"/up#top\" }                | services.a.health.active.path: /up#top",
                "balance: { sticky: \"GW ID\" }                 | services.a.balance.sticky.cookie: GW ID",
                "balance: { sticky: { cookie: ID, secret: \"\" } }      | services.a.balance.sticky.secret: ***",
                "balance: { sticky: { cookie: ID, secret: short } }     | services.a.balance.sticky.secret: ***",
            })
    void of_a_service(String keys, String problem) {
        assertThat(Texts.problems("version: 1\n" + A_SERVICE.formatted(keys)))
                .singleElement()
                .asString()
                .contains(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "node: { name: \"my gateway\" }                      | node.name: my gateway",
                "node: { name: \"\" }                                | node.name: ",
                "services: { a: { registry: \"or/ders\" } }          | services.a.registry.name: or/ders",
                "services: { a: { registry: { name: a, domain: \"\" } } } | services.a.registry.domain: ",
                "admin: { tokens: { ops: short } }                   | admin.tokens.ops.value: *** (expected: at least 16",
                "admin: { tokens: { ops: \" with-blanks-around-it \" } }  | admin.tokens.ops.value: *** (expected: ASCII",
                "admin: { tokens: { ops: \"schlüssel-für-alle-türen\" } } | admin.tokens.ops.value: *** (expected: ASCII",
                "admin: { tokens: { ops: the-very-same-token, all: the-very-same-token } }"
                        + " | admin.tokens.all.value: ***, which is that of ops too (expected: a token of its own",
            })
    void of_the_rest(String keys, String problem) {
        assertThat(Texts.problems("version: 1\n" + keys))
                .singleElement()
                .asString()
                .contains(problem);
    }
}
