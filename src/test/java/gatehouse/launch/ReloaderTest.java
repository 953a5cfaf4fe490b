package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.testing.PluginJar;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.security.crypto.bcrypt.BCrypt;
import picocli.CommandLine;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ReloaderTest {
    private static final String ADMIN =
            "admin: { listen: \"127.0.0.1:0\", tokens: { ops: { value: a-token-for-operators, role: admin },"
                    + " grafana: { value: a-token-for-readers, role: read } } }\n";
    private static final String START = "version: 1\nlisteners: { web: \"127.0.0.1:0\" }\n" + ADMIN
            + "services: { s: { targets: \"http://127.0.0.1:1\" } }\n";
    private static final String ONE = START + "routes: { one: { match: { path: /one }, to: s } }\n";
    private static final String TWO = START + "routes: { two: { match: { path: /two }, to: s } }\n";

    @TempDir
    private Path folder;

    private Path file;
    private TestGateway gateway;
    private Reloader reloader;

    @BeforeEach
    void start() throws Exception {
        file = Files.writeString(folder.resolve("gateway.yaml"), ONE);
        gateway = TestGateway.startWithAdmin(ONE);
        reloader = new Reloader(gateway.node(), CommandLine.populateCommand(new FileOptions(), "-c", file.toString()));
    }

    @AfterEach
    void stop() {
        reloader.close();
        gateway.close();
    }

    private RawResponse reload(String token) throws Exception {
        try (var client = RawClient.connect(gateway.adminPort())) {
            return client.send("POST /admin/v1/reload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                            + "\r\nContent-Length: 0\r\n\r\n")
                    .read();
        }
    }

    private JsonObject reload() throws Exception {
        var response = reload("a-token-for-operators");
        return new JsonObject(response.text()).put("status", response.status());
    }

    private void awaitNext(long snapshot) {
        Waiting.until(
                "it is noticed by itself",
                () -> gateway.node().snapshots().current().number() != snapshot);
    }

    @Test
    void a_changed_jar_of_a_plugin_is_a_changed_configuration() throws Exception {
        var jar = folder.resolve("mark.jar");
        PluginJar.write(jar, "acme.Mark", PLUGIN.formatted("one"));
        Files.writeString(file, ONE + "plugins: { mark: { jar: mark.jar, main: acme.Mark } }\n");
        reloader.start();
        var first = reload();
        assertThat(first.getInteger("status")).as(first.encode()).isEqualTo(200);
        assertThat(reload().getLong("snapshot")).isEqualTo(first.getLong("snapshot"));

        PluginJar.write(jar, "acme.Mark", PLUGIN.formatted("two"));

        awaitNext(first.getLong("snapshot"));
        var next = gateway.node().snapshots().current().blueprint().policies().stream()
                .filter(type -> type.key().equals("mark"))
                .findAny()
                .orElseThrow();
        assertThat(next.doc()).isEqualTo("two");
    }

    @Test
    void a_changed_file_that_settings_name_is_a_changed_configuration() throws Exception {
        var users = Files.writeString(folder.resolve("users"), password("ann"));
        Files.writeString(
                file,
                START + "routes: { one: { match: { path: /one }, to: { respond: { body: in } },"
                        + " auth: { basic: { file: users } } } }\n");
        reloader.start();
        var first = reload();
        assertThat(first.getInteger("status")).as(first.encode()).isEqualTo(200);
        assertThat(statusFor("bob")).isEqualTo(401);

        Files.writeString(users, password("ann") + password("bob"));

        awaitNext(first.getLong("snapshot"));
        assertThat(statusFor("bob")).isEqualTo(200);
        Files.writeString(users, password("bob"));
        assertThat(reload().getInteger("status")).isEqualTo(200);
        assertThat(statusFor("ann")).isEqualTo(401);
    }

    private static String password(String name) {
        return name + ":" + BCrypt.hashpw(name, BCrypt.gensalt(4)) + "\n";
    }

    private int statusFor(String name) throws Exception {
        var given = Base64.getEncoder().encodeToString((name + ":" + name).getBytes(StandardCharsets.UTF_8));
        return RawClient.get(gateway.port(), "/one", "Authorization: Basic " + given, "Connection: close")
                .status();
    }

    @Test
    void what_is_taken_back_before_it_is_in_force_does_not_stay() throws Exception {
        TestGateway.await(reloader.reload());
        var busy = Promise.<Void>promise();
        Starting.until = busy.future();
        var deployed = gateway.node().adopt(with(gateway.node().deployments().manifest(), Starting.class));

        Files.writeString(file, TWO);
        var changed = reloader.reload();
        Files.writeString(file, ONE);
        var changedBack = reloader.reload();
        assertThat(changedBack.isComplete()).isFalse();
        busy.complete();

        TestGateway.await(Future.all(deployed, changed, changedBack));
        assertThat(gateway.node().snapshots().current().routes()).containsOnlyKeys("one");
    }

    @Test
    void what_is_wrong_stays_told_when_what_was_read_before_it_comes_into_force() throws Exception {
        var busy = Promise.<Void>promise();
        Starting.until = busy.future();
        var deployed = gateway.node().adopt(with(gateway.node().deployments().manifest(), Starting.class));

        Files.writeString(file, TWO);
        var changed = reloader.reload();
        Files.writeString(file, "routes: [");
        var refused = reloader.reload();
        assertThatThrownBy(() -> TestGateway.await(refused)).hasCauseInstanceOf(ConfigException.class);
        busy.complete();

        TestGateway.await(Future.all(deployed, changed));
        assertThat(gateway.node().snapshots().current().routes()).containsOnlyKeys("two");
        assertThat(gateway.node().problems()).hasSize(1);
    }

    /** Takes its time to start. */
    public static final class Starting extends VerticleBase {
        private static Future<Void> until = Future.succeededFuture();

        @Override
        public Future<?> start() {
            return until;
        }
    }

    private static Manifest with(Manifest manifest, Class<?> verticle) {
        var entries = new LinkedHashMap<>(manifest.verticles());
        entries.put("more", new Manifest.Entry(verticle.getName(), null, new Instances(1), true, Map.of()));
        return new Manifest(null, entries);
    }

    @Test
    void a_step_of_a_plugin_that_can_not_be_made_is_a_problem_and_changes_nothing() throws Exception {
        PluginJar.write(
                folder.resolve("mark.jar"),
                "acme.Mark",
                PLUGIN.formatted("one").replace("return (call, next) -> next.proceed();", "return null;"));
        Files.writeString(
                file,
                START + "plugins: { mark: { jar: mark.jar, main: acme.Mark } }\n"
                        + "routes: { one: { match: { path: /one }, to: s, mark: {} } }\n");
        reloader.start();

        var answer = reload();

        assertThat(answer.getInteger("status")).isEqualTo(422);
        assertThat(answer.getJsonArray("problems").getJsonObject(0).getString("what"))
                .contains("plugins.mark: its step can't be made");
        assertThat(gateway.node().snapshots().current().number()).isEqualTo(1);
    }

    @Test
    void steps_of_plugins_are_made_off_the_event_loops_whatever_else_changes() throws Exception {
        PluginJar.write(
                folder.resolve("mark.jar"),
                "acme.Mark",
                PLUGIN.formatted("one")
                        .replace(
                                "return (call, next) -> next.proceed();",
                                "if (io.vertx.core.Context.isOnEventLoopThread()) { throw new IllegalStateException(); }"
                                        + " return (call, next) -> next.proceed();"));
        Files.writeString(
                file,
                START.replace("{ web:", "{ more: \"127.0.0.1:0\", web:")
                        + "plugins: { mark: { jar: mark.jar, main: acme.Mark } }\n"
                        + "routes: { one: { match: { path: /one }, to: s, mark: {} } }\n");
        reloader.start();

        var answer = reload();

        assertThat(answer.getInteger("status")).as(answer.encode()).isEqualTo(200);
    }

    private static final String PLUGIN = """
            package acme;
            import gatehouse.plugin.*;
            public class Mark implements PolicyPlugin<Mark.Settings> {
                public record Settings() {}
                public String doc() { return "%s"; }
                public Place place() { return Place.BEHIND_ACCESS; }
                public Class<Settings> settings() { return Settings.class; }
                public Step step(Settings settings) { return (call, next) -> next.proceed(); }
            }
            """;

    @Test
    void what_the_file_says_now_is_in_force_when_the_answer_comes() throws Exception {
        reloader.start();
        Files.writeString(file, TWO);

        var answer = reload();

        assertThat(answer.getInteger("status")).isEqualTo(200);
        assertThat(answer.getLong("snapshot"))
                .isEqualTo(gateway.node().snapshots().current().number());
        assertThat(gateway.node().snapshots().current().routes()).containsOnlyKeys("two");
    }

    @Test
    void a_file_that_is_wrong_is_answered_with_its_problems_and_changes_nothing() throws Exception {
        reloader.start();
        Files.writeString(file, TWO.replace("to: s", "to: nobody"));

        var answer = reload();

        assertThat(answer.getInteger("status")).isEqualTo(422);
        var problem = answer.getJsonArray("problems").getJsonObject(0);
        assertThat(problem.getString("path")).isEqualTo("routes.two.to");
        assertThat(problem.getInteger("line")).isPositive();
        assertThat(gateway.node().snapshots().current().routes()).containsOnlyKeys("one");
        assertThat(gateway.node().problems()).hasSize(1);
    }

    @Test
    void a_reload_that_breaks_a_test_of_the_file_is_refused_as_a_whole() throws Exception {
        reloader.start();
        Files.writeString(
                file,
                TWO
                        + "tests: { one is served: { request: { url: \"http://localhost/one\" }, expect: { route: one } } }\n");

        var answer = reload();

        assertThat(answer.getInteger("status")).isEqualTo(422);
        assertThat(answer.getJsonArray("problems").getJsonObject(0).getString("path"))
                .startsWith("tests.one is served");
        assertThat(gateway.node().snapshots().current().number()).isEqualTo(1);
        assertThat(gateway.node().metrics().scrape())
                .contains("gatehouse_config_reloads_total{result=\"rejected\"} 1.0");
    }

    @Test
    void a_file_that_is_gone_is_a_problem_too() throws Exception {
        reloader.start();
        Files.delete(file);

        assertThat(reload().getInteger("status")).isEqualTo(422);
    }

    @Test
    void only_an_admin_may_ask_for_it() throws Exception {
        reloader.start();

        assertThat(reload("a-token-for-readers").status()).isEqualTo(403);
        assertThat(reload("nobody-knows-this-one").status()).isEqualTo(401);
    }

    @Test
    void where_no_file_was_read_there_is_nothing_to_read_again() throws Exception {
        assertThat(reload().getInteger("status")).isEqualTo(409);
    }

    @Test
    void files_that_are_read_while_the_node_ends_are_not_rejected() throws Exception {
        reloader.start();
        Files.writeString(file, TWO);
        var ended = gateway.node().stop();
        var asked = reloader.reloadAsked();

        Waiting.until("it is refused", asked::isComplete);
        assertThat(asked.cause()).hasMessageContaining("The node is ending.");
        assertThat(gateway.node().problems()).isEmpty();
        Waiting.until("it has ended", ended::isComplete);
    }
}
