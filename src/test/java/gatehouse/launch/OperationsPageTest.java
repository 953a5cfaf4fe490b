package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import gatehouse.config.ConfigException;
import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import gatehouse.testing.RawOrigin;
import io.vertx.core.json.JsonArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the page on operations, the unit and the Dockerfile say is so. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class OperationsPageTest {
    private static final Path UNIT = Path.of("dist/gatehouse.service");
    private static final Pattern FLAG = Pattern.compile("-XX:[A-Za-z+=0-9]+");
    private static final Pattern KEY =
            Pattern.compile("`((?:node|cache|admin|accessLog|cluster|tracing)\\.[A-Za-z.]+)`");
    private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    private static TreeSet<String> found(Pattern pattern, Path file, int group) throws Exception {
        var all = new TreeSet<String>();
        pattern.matcher(Files.readString(file)).results().forEach(found -> all.add(found.group(group)));
        return all;
    }

    @Test
    void the_keys_that_the_page_names_exist() throws Exception {
        var reference = Files.readString(Path.of("docs/configuration.md"));
        var keys = found(KEY, Path.of("docs/operations.md"), 1);

        assertThat(keys)
                .hasSizeGreaterThan(8)
                .allSatisfy(key -> assertThat(reference)
                        .as(key)
                        .contains("| `" + key.substring(key.lastIndexOf('.') + 1) + "` |"));
    }

    @Test
    void the_configuration_of_three_nodes_is_fine() throws Exception {
        var page = Files.readString(Path.of("docs/operations.md"));
        var example = EXAMPLE.matcher(page.substring(page.indexOf("## Three nodes")))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.joining())
                .replace("${file:/run/secrets/cluster-key}", "only for trying it out, long enough");
        var environment = Map.of("HOSTNAME", "one", "CLUSTER_IP", "10.0.0.11", "REDIS_URL", "redis://127.0.0.1:6379");

        try {
            var blueprint = Blueprint.parse(
                    "page.yaml",
                    "version: 1\nlisteners: { web: \":8080\" }\n" + example,
                    Path.of("."),
                    new Overrides(environment, List.of()));
            assertThat(blueprint.config().cluster().seeds()).hasSize(3);
            assertThat(blueprint.config().redis()).isNotNull();
        } catch (ConfigException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    @Test
    void unit_and_image_start_Java_with_the_flags_of_the_page() throws Exception {
        var flags = found(FLAG, UNIT, 0);

        assertThat(flags).isEqualTo(found(FLAG, Path.of("Dockerfile"), 0)).hasSize(2);
        assertThat(Files.readString(Path.of("docs/operations.md"))).contains(flags);
    }

    @Test
    void systemd_finds_nothing_wrong_with_the_unit() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")));
        var process = new ProcessBuilder("/usr/bin/systemd-analyze", "verify", "--man=no", UNIT.toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
    }

    @Test
    void images_are_named_by_their_whole_version() throws Exception {
        assertThat(Files.readString(Path.of("Dockerfile")).lines().filter(line -> line.startsWith("FROM ")))
                .hasSize(2)
                .allMatch(line -> line.matches("FROM \\w+(-\\w+)?:\\d+\\.\\d+\\.\\d+[\\w.-]*( AS build)?"));
    }

    /** As the line stands in the Dockerfile, at a port where the answer is known. */
    @ParameterizedTest
    @CsvSource({"200 OK, 0", "503 Service Unavailable, 1"})
    void the_health_check_of_the_image_goes_by_the_status(String status, int exit) throws Exception {
        var line = Pattern.compile("CMD \\[\"bash\", \"-c\", \\\\\n  (\".*\")]")
                .matcher(Files.readString(Path.of("Dockerfile")));
        assertThat(line.find()).isTrue();
        try (var origin = RawOrigin.answering(exchange -> exchange.reply(status, ""))) {
            var check = new JsonArray("[" + line.group(1) + "]").getString(0).replace("9900", "" + origin.port());
            var process = new ProcessBuilder("bash", "-c", check).start();

            assertThat(process.waitFor()).isEqualTo(exit);
        }
    }

    @Test
    void the_image_runs_as_a_user_without_rights_and_tells_how_it_is() throws Exception {
        assertThat(Files.readString(Path.of("Dockerfile")))
                .contains("\nUSER 10001:10001\n", "\nHEALTHCHECK ", "/health/live")
                .containsSubsequence(
                        " AS build\n",
                        "COPY src/main src/main\n",
                        "\nFROM eclipse-temurin:17.0.",
                        "COPY --from=build /build/target/gatehouse.jar gatehouse.jar\n");
    }
}
