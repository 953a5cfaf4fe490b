package gatehouse.policy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import gatehouse.config.ConfigException;
import gatehouse.config.GatewayConfig;
import gatehouse.config.JsonSchema;
import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.Explainer;
import gatehouse.snapshot.Policies;
import gatehouse.testing.PluginJar;
import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a configuration may say of plugins, and where it is told what it may not. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PluginsTest {
    private static final String START = """
            version: 1
            listeners: { web: "127.0.0.1:0" }
            services: { s: { targets: "http://127.0.0.1:9" } }
            """;
    private static final String USE = """
            plugins:
              mark: { jar: mark.jar, main: acme.Mark }
            routes:
              all:
                match: { path: "/**" }
                to: s
                mark:
                  text: %s
                  %s
            """;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void build() throws IOException {
        var head = "package acme; import gatehouse.config.Key; import gatehouse.plugin.*; public class ";
        var body = " implements PolicyPlugin<%s> { public String doc() { return \"Marks.\"; }"
                + " public Place place() { return Place.BEFORE_AUTH; }"
                + " public Class<%s> settings() { return %s.class; }"
                + " public Step step(%s settings) { return (call, next) -> next.proceed(); } %s }";
        var settings = "Mark.Settings";
        PluginJar.write(
                folder.resolve("mark.jar"),
                Map.of(
                        "acme.Mark",
                        head + "Mark" + body.formatted(settings, settings, settings, settings, """
                                        public record Settings(@Key(doc = "Text.", required = true) String text,
                                                @Key(doc = "Most.", value = "5", min = 1, max = 9) int most,
                                                @Key(doc = "How long.", value = "2s") java.time.Duration pause) {
                                            public Settings {
                                                if (text.isBlank()) { throw new IllegalArgumentException("text is blank"); }
                                                if (text.equals("-")) { throw new NullPointerException("on purpose"); }
                                            }
                                        }
                                        """),
                        "acme.Broken",
                        head + "Broken" + body.formatted(settings, settings, settings, settings, """
                                        public Broken() { throw new IllegalStateException("on purpose"); }
                                        """),
                        "acme.Keyless",
                        head + "Keyless"
                                + body.formatted("Keyless.Own", "Keyless.Own", "Keyless.Own", "Keyless.Own", """
                                        public record Own(String text) {}
                                        """)));
        Files.writeString(folder.resolve("text.jar"), "this is no jar");
    }

    private static Blueprint read(String text) throws ConfigException {
        return Blueprint.parse(folder.resolve("gateway.yaml").toString(), START + text, folder, Overrides.NONE);
    }

    private static String problems(String text) {
        var refused = catchThrowableOfType(ConfigException.class, () -> read(text));
        assertThat(refused).as("it is taken").isNotNull();
        return refused.getMessage();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    a     | most: 50    | gateway.yaml:12:13 routes.all.mark.most: 50 | 1 to 9
                    a     | mots: 5     | gateway.yaml:12:7 routes.all.mark.mots: unknown key | did you mean most
                    a     | pause: soon  | gateway.yaml:12:14 routes.all.mark.pause: soon | such as
                    '" "' | most: 5     | gateway.yaml:10:5 routes.all.mark: text is blank | blank
                    '"-"' | most: 5     | gateway.yaml:10:5 routes.all.mark: java.lang.NullPointerException: on purpose | purpose
                    []    | most: 5     | gateway.yaml:11:7 routes.all.mark.text: | text
                    """)
    void what_is_wrong_with_settings_is_told_with_its_place(String value, String line, String start, String end) {
        assertThat(problems(USE.formatted(value, line))).contains(start, end);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    none.jar | acme.Mark    | 5:16 plugins.mark.jar: none.jar does not exist
                    text.jar | acme.Mark    | 5:16 plugins.mark.jar: text.jar is no jar
                    mark.jar | acme.None    | 5:32 plugins.mark.main: no class acme.None in mark.jar
                    mark.jar | java.util.List | 5:32 plugins.mark.main: java.util.List can't be used: java.lang.IllegalArgumentException: it is no PolicyPlugin
                    mark.jar | acme.Broken  | 5:32 plugins.mark.main: acme.Broken fails: java.lang.IllegalStateException: on purpose
                    mark.jar | acme.Keyless | 5:32 plugins.mark.main: acme.Keyless can't be used
                    """)
    void a_plugin_that_can_not_be_loaded_is_told_once_and_its_settings_not_at_all(
            String jar, String main, String expected) {
        var text = USE.formatted("a", "mots: 5").replace("mark.jar", jar).replace("acme.Mark", main);
        assertThat(problems(text)).contains(expected).hasLineCount(1);
    }

    @Test
    void a_name_must_be_free() {
        assertThat(problems("plugins: { rateLimit: { jar: mark.jar, main: acme.Mark } }"))
                .contains("rateLimit is a key of the gateway's own");
        assertThat(problems("plugins: { targets: { jar: mark.jar, main: acme.Mark } }"))
                .contains("targets is a key of the gateway's own");
    }

    @Test
    void a_jar_with_another_hash_is_not_loaded() throws Exception {
        var hash = JarClasses.digest(Files.readAllBytes(folder.resolve("mark.jar")));
        var text = "plugins: { mark: { jar: mark.jar, main: acme.Mark, sha256: %s } }";
        assertThat(read(text.formatted(hash)).policies())
                .anyMatch(type -> type.key().equals("mark"));
        assertThat(problems(text.formatted(hash.replace(hash.charAt(0), hash.charAt(0) == 'a' ? 'b' : 'a'))))
                .contains("plugins.mark.sha256: mark.jar has " + hash);
    }

    @Test
    void overrides_reach_it_and_its_settings() throws Exception {
        var overrides = new Overrides(
                Map.of("GATEHOUSE_ROUTES_ALL_MARK_MOST", "7"),
                java.util.List.of(
                        "plugins.mark.jar=mark.jar", "plugins.mark.main=acme.Mark", "routes.all.mark.text=b"));
        var routes = "routes: { all: { match: { path: \"/**\" }, to: s } }\n";
        var blueprint = Blueprint.parse("gateway.yaml", START + routes, folder, overrides);
        assertThat(explained(blueprint)).contains("mark { text: b, most: 7, pause: 2s }");
    }

    private static String explained(Blueprint blueprint) {
        var lines = new StringBuilder();
        new Explainer(blueprint)
                .explain("GET", "http://localhost/", Map.of(), "127.0.0.1")
                .policies()
                .forEach(line -> lines.append(line.key())
                        .append(' ')
                        .append(line.settings())
                        .append('\n'));
        return lines.toString();
    }

    @Test
    void its_keys_stand_in_the_schema() throws Exception {
        var keys = Policies.keys(read(USE.formatted("a", "most: 6")).policies());
        assertThat(JsonSchema.of(GatewayConfig.class, keys)).contains("\"mark\"", "\"Marks.\"", "\"pause\"");
    }

    @Test
    void explain_shows_it_at_its_place() throws Exception {
        var text = USE.formatted("a", "most: 6") + "    auth: { apiKey: { header: X-Key } }\n";
        var lines = explained(read(text));
        assertThat(lines).contains("mark { text: a, most: 6, pause: 2s }");
        assertThat(lines.indexOf("mark")).isLessThan(lines.indexOf("auth"));
    }

    @Test
    void the_admin_api_shows_it_and_checks_a_document_without_reading_a_jar() throws Exception {
        var text = USE.replace("mark.jar", folder.resolve("mark.jar").toString());
        var admin = "services: { s: { targets: \"http://127.0.0.1:9\" } }\n" + text.formatted("a", "most: 6");
        try (var gateway = TestGateway.startWithAdmin(admin.replace("%", "%%"))) {
            var status = new JsonObject(
                    RawClient.get(gateway.adminPort(), "/admin/v1/status").text());
            assertThat(status.getJsonArray("plugins").getJsonObject(0).getString("sha256"))
                    .isEqualTo(JarClasses.digest(Files.readAllBytes(folder.resolve("mark.jar"))));
            var route = new JsonObject(
                    RawClient.get(gateway.adminPort(), "/admin/v1/routes/all").text());
            assertThat(route.getJsonObject("policies").getJsonObject("mark").encode())
                    .isEqualTo("{\"text\":\"a\",\"most\":6,\"pause\":\"2s\"}");
        }
        var sealed = Blueprint.parse("document", START + USE.formatted("a", "mots: 5"), folder, Overrides.SEALED);
        assertThat(sealed.config().plugins()).containsKey("mark");
    }

    @Test
    void classes_of_the_jar_go_before_the_gateways_own_and_its_files_can_be_read() throws Exception {
        var jar = folder.resolve("library.jar");
        PluginJar.write(
                jar,
                "com.google.re2j.Pattern",
                "package com.google.re2j; public class Pattern { public String toString() { return \"mine\"; } }");
        var classes = JarClasses.of("library.jar", Files.readAllBytes(jar));
        var pattern = classes.loadClass("com.google.re2j.Pattern");
        assertThat(pattern.getConstructor().newInstance()).hasToString("mine");
        assertThat(classes.loadClass("io.vertx.core.Future")).isSameAs(io.vertx.core.Future.class);
        try (var in = classes.getResourceAsStream("com/google/re2j/Pattern.class")) {
            assertThat(in.readAllBytes()).startsWith(0xca, 0xfe, 0xba, 0xbe);
        }
    }
}
