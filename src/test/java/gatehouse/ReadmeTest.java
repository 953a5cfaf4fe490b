package gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Holds the README's examples to the code. What it runs on the command line is in {@link ReadmeIT}. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReadmeTest {
    private static final Path POLICY = Path.of("src/test/java/gatehouse/policy/requireheader/RequireHeader.java");

    private static String block(String example, String language) throws Exception {
        var readme = Files.readString(Path.of("README.md"));
        var matcher = Pattern.compile(
                        "<!-- example: " + example + " -->\n```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(readme);
        assertThat(matcher.find()).as("the README has an example %s", example).isTrue();
        return matcher.group(1);
    }

    @Test
    void the_configuration_is_valid_and_its_own_tests_pass() throws Exception {
        var blueprint = Blueprint.parse("README.md", block("configuration", "yaml"), Path.of("."), Overrides.NONE);
        assertThat(blueprint.config().routes()).hasSize(3);
        assertThat(blueprint.config().tests()).isNotEmpty();
    }

    @Test
    void the_policy_is_the_one_that_is_tested() throws Exception {
        var source = Files.readString(POLICY);
        assertThat(block("policy", "java")).isEqualTo(source.substring(source.indexOf("/** Refuses")));
    }
}
