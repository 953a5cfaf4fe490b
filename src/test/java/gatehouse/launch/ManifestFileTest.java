package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import gatehouse.config.ConfigException;
import gatehouse.config.ConfigProblem;
import gatehouse.policy.plugin.JarClasses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ManifestFileTest {
    @TempDir
    private Path folder;

    @Test
    void entries_are_read_with_their_defaults() throws Exception {
        var manifest = read("""
                { "$schema": "verticles.schema.json",
                  "verticles": {
                    "http": { "main": "HttpProxyVerticle", "instances": "cores" },
                    "demo": { "main": "gatehouse.demo.DemoUpstreamVerticle", "config": { "port": 9000, "deep": [ 1 ] } } } }
                """);

        assertThat(manifest.verticles().keySet()).containsExactly("http", "demo");
        assertThat(manifest.verticles())
                .containsEntry("http", new Manifest.Entry("HttpProxyVerticle", null, Instances.CORES, true, Map.of()))
                .containsEntry(
                        "demo",
                        new Manifest.Entry(
                                "gatehouse.demo.DemoUpstreamVerticle",
                                null,
                                new Instances(1),
                                true,
                                Map.of("port", 9000, "deep", List.of(1))));
    }

    @Test
    void everything_that_is_wrong_is_told_at_once_with_its_place() {
        assertThat(problems("""
                {
                  "verticles": {
                    "http":  { "main": "HttpProxyVertical" },
                    "demo":  { "main": "gatehouse.demo.DemoUpstreamVerticle", "instances": 0 },
                    "text":  { "main": "java.lang.String" },
                    "bare":  { "main": "io.vertx.core.VerticleBase", "instence": 1 },
                    "gone":  { "main": "com.acme.Stamp", "jar": "plugins/stamp.jar" },
                    "none":  { }
                  }
                }
                """))
                .extracting(problem -> problem.toString().replace(folder + "/", ""))
                .containsExactly(
                        "verticles.json:3:24 verticles.http.main: neither a class nor built in: HttpProxyVertical"
                                + " (expected: one of HttpProxyVerticle, AdminVerticle, RegistryVerticle, CacheRefreshVerticle, WsProxyVerticle, TcpProxyVerticle, GrpcProxyVerticle, did you mean HttpProxyVerticle?)",
                        "verticles.json:4:76 verticles.demo.instances: 0, not within 1 and 256"
                                + " (expected: a number from 1 to 256, or cores)",
                        "verticles.json:5:24 verticles.text.main: java.lang.String is no verticle (expected: a class that"
                                + " is a Vert.x verticle and has a constructor without arguments)",
                        "verticles.json:6:24 verticles.bare.main: io.vertx.core.VerticleBase is no verticle (expected: a"
                                + " class that is a Vert.x verticle and has a constructor without arguments)",
                        "verticles.json:6:54 verticles.bare.instence: unknown key (expected: one of main, jar, sha256,"
                                + " instances, enabled, config, did you mean instances?)",
                        "verticles.json:7:49 verticles.gone.jar: plugins/stamp.jar is not there (expected: a jar, relative"
                                + " to the manifest's folder)",
                        "verticles.json:8:5 verticles.none.main: missing (expected: text)");
    }

    @Test
    void a_built_in_verticle_runs_once() {
        assertThat(problems("""
                verticles:
                  one: { main: HttpProxyVerticle }
                  two: { main: HttpProxyVerticle, jar: http.jar }
                  off: { main: HttpProxyVerticle, enabled: false }
                  admin: { main: AdminVerticle, instances: 2 }
                """))
                .extracting(ConfigProblem::path, ConfigProblem::what)
                .containsExactly(
                        tuple("verticles.two.main", "HttpProxyVerticle runs as one already"),
                        tuple("verticles.two.jar", "http.jar"),
                        tuple("verticles.admin.instances", "2"));
    }

    @Test
    void a_second_entry_of_a_built_in_verticle_is_told_with_its_place_and_what_to_do() {
        assertThat(problems("""
                {
                  "verticles": {
                    "http":  { "main": "HttpProxyVerticle" },
                    "http2": { "main": "HttpProxyVerticle" }
                  }
                }
                """))
                .singleElement()
                .asString()
                .endsWith(
                        "verticles.json:4:24 verticles.http2.main: HttpProxyVerticle runs as http already (expected: one"
                                + " entry for each built-in verticle, for more of it set verticles.http.instances)");
    }

    @Test
    void an_entry_that_is_kept_out_needs_no_class() throws Exception {
        var manifest = read("verticles: { stamp: { main: com.acme.Stamp, jar: later.jar, enabled: false } }");

        assertThat(manifest.verticles()).containsOnlyKeys("stamp");
    }

    @Test
    void a_jar_with_another_hash_than_the_one_that_is_named_is_refused() throws Exception {
        var jar = folder.resolve("demo.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("empty.txt"));
            out.closeEntry();
        }
        var hash = JarClasses.digest(Files.readAllBytes(jar));
        var demo = "verticles: { demo: { main: gatehouse.demo.DemoUpstreamVerticle, jar: demo.jar, sha256: \"%s\" } }";

        assertThat(read(demo.formatted(hash.toUpperCase(Locale.ROOT))).verticles())
                .hasSize(1);
        assertThat(problems(demo.formatted("0".repeat(64))))
                .extracting(ConfigProblem::path, ConfigProblem::what)
                .containsExactly(tuple("verticles.demo.sha256", "demo.jar has " + hash));
        assertThat(problems("verticles: { http: { main: HttpProxyVerticle, sha256: \"" + hash + "\" } }"))
                .extracting(ConfigProblem::path, ConfigProblem::what)
                .containsExactly(tuple("verticles.http.sha256", "a hash without a jar"));
    }

    @Test
    void a_class_is_looked_for_in_its_jar_which_is_relative_to_the_manifest() throws Exception {
        var jar = Files.createDirectory(folder.resolve("plugins")).resolve("demo.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("empty.txt"));
            out.closeEntry();
        }

        assertThat(problems("verticles: { stamp: { main: com.acme.Stamp, jar: plugins/demo.jar } }"))
                .extracting(ConfigProblem::what)
                .containsExactly("no class com.acme.Stamp in plugins/demo.jar");
        assertThat(read("verticles: { demo: { main: gatehouse.demo.DemoUpstreamVerticle, jar: plugins/demo.jar } }")
                        .verticles()
                        .get("demo")
                        .jar())
                .isEqualTo(jar.toString());
    }

    @Test
    void a_value_may_come_from_the_environment_but_nothing_is_overridden_from_there() throws Exception {
        var file = Files.writeString(
                folder.resolve("verticles.json"),
                "verticles: { demo: { main: gatehouse.demo.DemoUpstreamVerticle, instances: \"${env:COUNT}\" } }");

        var manifest = ManifestFile.read(file, Map.of("COUNT", "3", "GATEHOUSE_VERTICLES_DEMO_ENABLED", "false"));

        assertThat(manifest.verticles().get("demo").instances()).isEqualTo(new Instances(3));
        assertThat(manifest.verticles().get("demo").enabled()).isTrue();
    }

    private Manifest read(String text) throws IOException, ConfigException {
        return ManifestFile.read(Files.writeString(folder.resolve("verticles.json"), text), Map.of());
    }

    private List<ConfigProblem> problems(String text) {
        return catchThrowableOfType(ConfigException.class, () -> read(text)).problems();
    }
}
