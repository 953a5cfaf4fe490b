package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.GatewayConfig;
import gatehouse.config.JsonSchema;
import gatehouse.config.Overrides;
import gatehouse.config.Reference;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.Policies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
