package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class InterpolationTest {
    private static final Overrides ENVIRONMENT =
            Texts.environment(Map.of("NAME", "edge", "EMPTY", "", "COUNT", "7", "TRICK", "${env:NAME}"));

    @TempDir
    Path folder;

    record Text(@Key(doc = "Any.", required = true) String text) {}

    record Weight(@Key(doc = "Any.", value = "1", max = 9) int weight) {}

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource(
            nullValues = "-",
            value = {
                "${env:NAME}, edge",
                "${env:NAME:-other}, edge",
                "${env:MISSING:-other}, other",
                "${env:MISSING:-}, ''",
                "${env:EMPTY}, ''",
                "${env:EMPTY:-other}, other",
                "a-${env:NAME}-${env:COUNT}, a-edge-7",
                "$${env:NAME}, ${env:NAME}",
                "${env:TRICK}, ${env:NAME}",
                "cost $5, cost $5",
                "{claim.tenant}, {claim.tenant}"
            })
    void text_is_replaced(String written, String read) throws ConfigException {
        assertThat(Texts.bind(Text.class, "text: '" + written + "'", ENVIRONMENT)
                        .text())
                .isEqualTo(read);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "${env:MISSING} | the variable MISSING is not set (expected: it in the environment, or ${env:MISSING:-…})",
                "${env:NAME | ${ without } after it (expected: ${env:NAME}",
                "${NAME} | ${NAME} is no known replacement (expected: ${env:NAME}",
                "${vault:a/b} | ${vault:a/b} is no known replacement (expected: ${env:NAME}",
                "${file:nowhere} | the file nowhere does not exist (expected: a readable text file)",
                "${file:/} | the file / is a folder (expected: a readable text file)"
            })
    void what_can_not_be_replaced_is_a_problem_once(String written, String problem) {
        var problems = Texts.problems(Text.class, "\ntext: '" + written + "'", ENVIRONMENT);

        assertThat(problems).hasSize(1);
        assertThat(problems.get(0)).startsWith("conf/gateway.yaml:2:7 text: " + problem);
    }

    @Test
    void a_file_is_read_beside_the_configuration_without_its_last_line_end() throws Exception {
        Files.writeString(folder.resolve("key.txt"), "first\nsecond\n");
        var file = Files.writeString(folder.resolve("gateway.yaml"), "text: ${file:key.txt}");

        var document = ConfigDocument.read(file, Overrides.NONE);

        assertThat(document.bind(Text.class, Map.of(), new Problems(document)).text())
                .isEqualTo("first\nsecond");
        assertThat(document.files()).containsExactly(file, folder.resolve("key.txt"));
    }

    @Test
    void a_file_that_is_missing_is_named_for_the_watcher_all_the_same() throws Exception {
        var file = Files.writeString(folder.resolve("gateway.yaml"), "text: ${file:/nowhere/key}");

        assertThat(ConfigDocument.read(file, Overrides.NONE).files()).contains(Path.of("/nowhere/key"));
    }

    @Test
    void a_number_may_come_from_the_environment_even_in_quotes() throws ConfigException {
        assertThat(Texts.bind(Weight.class, "weight: \"${env:COUNT}\"", ENVIRONMENT)
                        .weight())
                .isEqualTo(7);
    }

    @Test
    void a_secret_is_never_shown() {
        var secret = Texts.environment(Map.of("WEIGHT", "hunter2", "TOKEN", "tooshort"));
        assertThat(Texts.problems(Weight.class, "weight: ${env:WEIGHT}", secret))
                .containsExactly("conf/gateway.yaml:1:9 weight: *** (expected: integer <= 9)");

        var problems = String.join("\n", Texts.problems(GatewayConfig.class, """
                        version: ${env:WEIGHT}
                        node: { transport: "${env:WEIGHT}", drain: { http: "${env:WEIGHT}" } }
                        admin: { tokens: { ops: "${env:TOKEN}" } }
                        listeners: { web: "${env:WEIGHT}:80:${env:WEIGHT}", b: { listen: ":1", protocols: "${env:WEIGHT}" } }
                        services: { a: { targets: "${env:WEIGHT}" } }
                        """, secret));
        assertThat(problems).doesNotContain("hunter2").doesNotContain("tooshort");
        assertThat(problems.split("\n")).hasSize(7).allMatch(line -> line.contains(": ***"));
    }

    @Test
    void later_problems_hide_secrets_too() throws ConfigException {
        var document = ConfigDocument.parse(
                "conf/gateway.yaml",
                "routes: { a: { to: \"${env:TOKEN}\" } }",
                Texts.environment(Map.of("TOKEN", "s3cr3t")));
        var problems = new Problems(document);
        problems.add("routes.a.to.service", "no service s3cr3t", "one of a, b");
        problems.add(List.of("routes", "a"), "leads to s3cr3t", "");

        assertThat(problems.list())
                .hasSize(2)
                .noneMatch(problem -> problem.toString().contains("s3cr3t"));
    }
}
