package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.GatewayConfig;
import gatehouse.config.JsonSchema;
import gatehouse.config.Overrides;
import gatehouse.config.Reference;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.LimitLine;
import gatehouse.snapshot.Policies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/**
 * Schemas and reference are made of the records and committed. Run with {@code -Dpublish=true} this writes them instead of
 * comparing them.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PublishedFilesTest {
    /** What stands above it in a page is written by hand. */
    private static final String MADE = "<!-- From here on this page is made of the records in the code. -->\n\n";

    private static final String LIMITS_BEGIN = "<!-- limits -->\n";
    private static final String LIMITS_END = "<!-- /limits -->";
    private static final String ONE_OF_EACH = """
            version: 1
            listeners: { web: ":8080" }
            services: { a: { targets: "http://a:1", health: { active: /up } } }
            routes: { r: { to: a } }
            """;

    @Test
    void the_schema_of_the_configuration_is_that_of_its_records() throws IOException {
        same(Path.of("conf/gateway.schema.json"), JsonSchema.of(GatewayConfig.class, Policies.keys()));
    }

    @Test
    void the_schema_of_the_manifest_is_that_of_its_records() throws IOException {
        same(Path.of("conf/verticles.schema.json"), JsonSchema.of(Manifest.class, Map.of()));
    }

    @Test
    void the_configuration_reference_is_that_of_the_records() throws IOException {
        samePage(Path.of("docs/configuration.md"), Reference.of(GatewayConfig.class, Policies.keys()));
    }

    @Test
    void the_manifest_reference_is_that_of_the_records() throws IOException {
        samePage(Path.of("docs/manifest.md"), Reference.of(Manifest.class, Map.of()));
    }

    @Test
    void the_example_configuration_and_its_tests_are_fine() throws Exception {
        var blueprint = Blueprint.read(Path.of("conf/gateway.yaml"), Overrides.NONE);

        assertThat(blueprint.config().tests()).isNotEmpty();
    }

    @Test
    void the_example_manifest_is_fine() throws Exception {
        var manifest = ManifestFile.read(Path.of("verticles.json"), Map.of());

        assertThat(manifest.verticles()).containsKeys("demo", "http", "admin");
    }

    /** What stands in the last cell of a row is written by hand. */
    @Test
    void the_limits_in_the_security_page_are_those_of_the_records() throws Exception {
        var page = Path.of("docs/security.md");
        var text = Files.readString(page);
        var from = text.indexOf(LIMITS_BEGIN) + LIMITS_BEGIN.length();
        var to = text.indexOf(LIMITS_END);
        var reasons = new HashMap<String, String>();
        text.substring(from, to)
                .lines()
                .map(row -> row.split(" \\| ", 4))
                .filter(row -> row.length == 4)
                .forEach(row -> reasons.put(row[1], row[3].replaceAll("\\s*\\|$", "")));
        var table = new StringBuilder("| of each | key | default | reason |\n| --- | --- | --- | --- |\n");
        for (var line : LimitLine.all(Blueprint.parse("one.yaml", ONE_OF_EACH, Path.of("."), Overrides.NONE))) {
            var key = "`" + line.limit().key() + "`";
            table.append("| %s | %s | %s | %s |\n"
                    .formatted(line.scope(), key, line.limit().byDefault(), reasons.getOrDefault(key, "")));
        }
        same(page, text.substring(0, from) + table + text.substring(to));
    }

    private static void samePage(Path page, String made) throws IOException {
        var head = Files.readString(page);
        assertThat(head).contains(MADE.strip());
        same(page, head.substring(0, head.indexOf(MADE.strip())) + MADE + made.stripTrailing() + "\n");
    }

    private static void same(Path file, String wanted) throws IOException {
        if (Boolean.getBoolean("publish")) {
            Files.writeString(file, wanted);
        }
        assertThat(file)
                .content()
                .as("%s; -Dpublish=true on this test writes it", file)
                .isEqualTo(wanted);
    }
}
