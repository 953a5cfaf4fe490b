package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.policy.plugin.JarClasses;
import gatehouse.testing.Answers;
import gatehouse.testing.PluginJar;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.json.JsonObject;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verticles whose successors take over while clients are served. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RedeployTest {
    private static final String ROUTED =
            "services: { origin: { targets: \"%s\" } }\nroutes: { all: { match: { path: \"/**\" }, to: origin } }";
    private static final String ADMIN =
            "admin: { listen: \"127.0.0.1:0\", tokens: { ops: { value: a-token-for-operators, role: admin },"
                    + " grafana: { value: a-token-for-readers, role: read } } }\n";

    @TempDir
    private Path folder;

    @Test
    void clients_that_keep_their_connections_notice_nothing() throws Exception {
        try (var origin = RawOrigin.answering("here");
                var gateway = TestGateway.start(ROUTED, origin.url())) {
            var over = new AtomicBoolean();
            var clients = new ArrayList<CompletableFuture<Integer>>();
            for (var i = 0; i < 4; i++) {
                clients.add(CompletableFuture.supplyAsync(() -> ask(gateway, over)));
            }
            for (var i = 0; i < 10; i++) {
                TestGateway.await(gateway.node().redeploy("http"));
            }
            over.set(true);
            for (var client : clients) {
                assertThat(client.get()).isPositive();
            }
            assertThat(generation(gateway, "http")).isEqualTo(11);
        }
    }

    /** Asks on one connection until it is over; gives the number of answers. */
    private static int ask(TestGateway gateway, AtomicBoolean over) {
        try (var client = gateway.client()) {
            var served = 0;
            while (!over.get()) {
                var response = client.send(RawClient.request("GET", "/")).read();
                assertThat(response.status()).isEqualTo(200);
                served++;
            }
            return served;
        } catch (java.io.IOException lost) {
            throw new java.io.UncheckedIOException(lost);
        }
    }

    @Test
    void a_request_under_way_is_ended_by_the_verticle_that_took_it() throws Exception {
        try (var origin = RawOrigin.answering(Answers.hang("in time"));
                var gateway = TestGateway.start(ROUTED, origin.url());
                var client = gateway.client()) {
            client.send(RawClient.request("GET", "/"));
            origin.awaitRequests(1);
            TestGateway.await(gateway.node().redeploy("http"));
            origin.release();
            assertThat(client.read().text()).isEqualTo("in time");
        }
    }

    @Test
    void a_request_that_lasts_is_not_cut_and_the_verticle_that_took_it_goes_when_it_ends() throws Exception {
        try (var origin = RawOrigin.answering(Answers.hang("at last"));
                var gateway = TestGateway.start("""
                        node: { drain: { http: 0s } }
                        services: { origin: { targets: "%s" } }
                        routes:
                          all: { match: { path: "/**" }, to: origin }
                          now: { match: { path: /now }, to: { respond: { body: now } } }
                        """, origin.url());
                var client = gateway.client();
                var other = gateway.client()) {
            var before = gateway.vertx().deploymentIDs().size();
            client.send(RawClient.request("GET", "/"));
            origin.awaitRequests(1);
            TestGateway.await(gateway.node().redeploy("http"));
            for (var i = 0; i < 100; i++) {
                assertThat(other.send(RawClient.request("GET", "/now")).read().text())
                        .isEqualTo("now");
            }
            assertThat(gateway.vertx().deploymentIDs()).hasSizeGreaterThan(before);

            origin.release();
            assertThat(client.read().text()).isEqualTo("at last");
            Waiting.until(
                    "the one before is gone",
                    () -> gateway.vertx().deploymentIDs().size() <= before);
        }
    }

    @Test
    void the_admin_API_redeploys_itself_on_its_port() throws Exception {
        try (var gateway = TestGateway.startWithAdmin(ADMIN)) {
            var port = gateway.adminPort();
            var answer = post(port, "admin", "a-token-for-operators");
            assertThat(answer).startsWith("200 ");
            assertThat(new JsonObject(answer.substring(4)).getInteger("generation"))
                    .isEqualTo(2);
            assertThat(gateway.adminPort()).isEqualTo(port);
            assertThat(RawClient.get(port, "/health/live", "Connection: close").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void the_admin_API_tells_who_may_and_what_there_is() throws Exception {
        try (var gateway = TestGateway.startWithAdmin(ADMIN)) {
            assertThat(post(gateway.adminPort(), "http", "a-token-for-readers")).startsWith("403 ");
            assertThat(post(gateway.adminPort(), "nobody", "a-token-for-operators"))
                    .startsWith("404 ");
        }
    }

    @Test
    void a_changed_jar_is_deployed_and_its_classes_go_when_the_next_one_comes() throws Exception {
        var jar = folder.resolve("echo.jar");
        try (var gateway = TestGateway.start("")) {
            write(jar, "first");
            var manifest = withEcho(gateway, jar);
            TestGateway.await(gateway.node().adopt(manifest));
            assertThat(said(gateway)).isEqualTo("first");
            var classes = new WeakReference<@Nullable ClassLoader>(code(gateway).loader());
            write(jar, "second");
            TestGateway.await(gateway.node().adopt(manifest));
            awaitSaid(gateway, "second");
            awaitGone(classes);
            assertThat(generation(gateway, "echo")).isEqualTo(2);
            TestGateway.await(gateway.node().adopt(manifest));
            assertThat(generation(gateway, "echo")).isEqualTo(2);
        }
    }

    @Test
    void one_that_does_not_start_leaves_the_former_one_serving() throws Exception {
        var jar = folder.resolve("echo.jar");
        try (var gateway = TestGateway.startWithAdmin(ADMIN)) {
            write(jar, "first");
            var manifest = withEcho(gateway, jar);
            TestGateway.await(gateway.node().adopt(manifest));
            gateway.reload(ADMIN + "node: { startTimeout: 300ms }");
            for (var broken : new String[] {
                "throw new IllegalStateException(\"on purpose\");",
                "return io.vertx.core.Promise.promise().future();",
                "return io.vertx.core.Future.failedFuture(\"on purpose\");"
            }) {
                PluginJar.write(jar, "acme.Echo", source(broken));
                assertThatThrownBy(() -> TestGateway.await(gateway.node().adopt(manifest)))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(NotDeployedException.class);
                assertThat(said(gateway)).isEqualTo("first");
                assertThat(post(gateway.adminPort(), "echo", "a-token-for-operators"))
                        .startsWith("409 ");
            }
            assertThat(generation(gateway, "echo")).isEqualTo(1);
        }
    }

    @Test
    void a_jar_with_another_hash_than_the_one_that_is_named_is_not_run() throws Exception {
        var jar = folder.resolve("echo.jar");
        try (var gateway = TestGateway.start("")) {
            write(jar, "first");
            var hash = JarClasses.digest(Files.readAllBytes(jar));
            TestGateway.await(gateway.node().adopt(withEcho(gateway, jar, hash)));
            write(jar, "another");

            assertThatThrownBy(() -> TestGateway.await(gateway.node().redeploy("echo")))
                    .hasRootCauseMessage(jar + " has the SHA-256 " + JarClasses.digest(Files.readAllBytes(jar))
                            + ", not the one that the manifest names");
            assertThat(said(gateway)).isEqualTo("first");
        }
    }

    @Test
    void what_the_manifest_names_no_more_ends_and_the_rest_stays() throws Exception {
        var jar = folder.resolve("echo.jar");
        try (var gateway = TestGateway.start("")) {
            write(jar, "first");
            var before = gateway.node().deployments().manifest();
            TestGateway.await(gateway.node().adopt(withEcho(gateway, jar)));
            assertThat(said(gateway)).isEqualTo("first");
            TestGateway.await(gateway.node().adopt(before));
            Waiting.until("nobody answers", () -> said(gateway) == null);
            assertThat(generation(gateway, "http")).isEqualTo(1);
        }
    }

    private static Manifest withEcho(TestGateway gateway, Path jar) {
        return withEcho(gateway, jar, null);
    }

    private static Manifest withEcho(TestGateway gateway, Path jar, @Nullable String sha256) {
        var entries =
                new LinkedHashMap<>(gateway.node().deployments().manifest().verticles());
        entries.put(
                "echo",
                new Manifest.Entry("acme.Echo", jar.toString(), sha256, new Instances(1), true, Map.of("at", "acme")));
        return new Manifest(null, entries);
    }

    private static void write(Path jar, String says) throws Exception {
        var answering = "return vertx.eventBus().consumer(config().getString(\"at\"), asked -> asked.reply(\"" + says
                + "\")).completion();";
        PluginJar.write(jar, "acme.Echo", source(answering));
    }

    private static String source(String start) {
        return "package acme; public final class Echo extends io.vertx.core.VerticleBase {"
                + " @Override public io.vertx.core.Future<?> start() throws Exception { " + start + " } }";
    }

    private static int generation(TestGateway gateway, String name) {
        return deployed(gateway, name).generation();
    }

    private static Deployed deployed(TestGateway gateway, String name) {
        return gateway.node().deployments().all().stream()
                .filter(deployed -> deployed.name().equals(name))
                .findAny()
                .orElseThrow();
    }

    private static PluginCode code(TestGateway gateway) {
        var code = deployed(gateway, "echo").code();
        assertThat(code).isNotNull();
        return java.util.Objects.requireNonNull(code);
    }

    /** What the plugin says; null when there is none. */
    private static @Nullable String said(TestGateway gateway) throws Exception {
        try {
            return TestGateway.await(gateway.vertx().eventBus().<String>request("acme", ""))
                    .body();
        } catch (ExecutionException nobody) {
            return null;
        }
    }

    private static void awaitSaid(TestGateway gateway, String text) throws Exception {
        // the one before is asked in turn until it is gone
        Waiting.until(text + " is said", () -> text.equals(said(gateway)));
    }

    private static void awaitGone(WeakReference<@Nullable ClassLoader> classes) {
        Waiting.until("its classes are gone", () -> {
            System.gc();
            return classes.get() == null;
        });
    }

    private static String post(int port, String name, String token) throws Exception {
        try (var client = RawClient.connect(port)) {
            var answer = client.send(RawClient.request(
                            "POST",
                            "/admin/v1/verticles/" + name + "/redeploy",
                            "Authorization: Bearer " + token,
                            "Content-Length: 0"))
                    .read();
            return answer.status() + " " + answer.text();
        }
    }
}
