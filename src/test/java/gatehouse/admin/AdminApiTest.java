package gatehouse.admin;

import static gatehouse.admin.AdminClient.JSON;
import static gatehouse.admin.AdminClient.bearer;
import static gatehouse.admin.AdminClient.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.cache.Purged;
import gatehouse.cluster.Alone;
import gatehouse.config.ConfigException;
import gatehouse.listener.BindException;
import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AdminApiTest {
    @TempDir
    private static Path secrets;

    private static final String ONE_SERVICE = """
            services: { users: { targets: [ "http://127.0.0.1:1", { url: "http://127.0.0.1:2", weight: 3 } ],
                                 balance: { sticky: { cookie: GW, secret: sixteen-characters-or-more } } } }
            routes:
              all:  { match: { path: "/**" }, to: users, breaker: { errors: 20%%, open: 90s }, limits: { body: 64KiB } }
              site: { match: { path: "/site/**" }, to: { files: . }, retry: null }
            """;

    @Test
    void health_says_up_and_ready() throws Exception {
        try (var gateway = TestGateway.startWithAdmin("")) {
            var admin = AdminClient.of(gateway);
            assertThat(admin.get("/health/live").text()).isEqualTo("{\"status\":\"up\"}");
            var ready = admin.get("/health/ready");
            assertThat(ready.status()).isEqualTo(200);
            assertThat(object(ready).getString("status")).isEqualTo("up");
            assertThat(object(ready).getJsonObject("checks").getString("listeners"))
                    .isEqualTo("up");
        }
    }

    @Test
    void a_node_that_is_not_ready_is_alive() throws Exception {
        try (var gateway = TestGateway.startWithAdmin("")) {
            var port = new CompletableFuture<Integer>();
            var another = Vertx.vertx();
            var ending = new AdminNode(
                    new AdminNode.About("1", "nio", Instant.EPOCH),
                    gateway.node().snapshots(),
                    gateway.node().metrics(),
                    () -> false,
                    List::of,
                    List::of,
                    () -> Future.succeededFuture(),
                    new AdminNode.Verticles(List::of, name -> Future.succeededFuture()),
                    Map::of,
                    new AdminPort(another),
                    new AdminPort(another),
                    new Happenings(),
                    port::complete,
                    bridge -> {},
                    new Alone(gateway.vertx(), "ending"),
                    null,
                    gateway.node().revocations(),
                    new AdminNode.Cache(
                            () -> gateway.node().cache().sample(),
                            purge -> Future.succeededFuture(new Purged(0, List.of()))),
                    (topic, text) -> "",
                    () -> null);
            TestGateway.await(another.deployVerticle(new AdminVerticle(ending)));
            var admin = new AdminClient(port.join());
            var ready = admin.get("/health/ready");
            assertThat(ready.status()).isEqualTo(503);
            assertThat(object(ready).getString("status")).isEqualTo("down");
            assertThat(admin.get("/health/live").status()).isEqualTo(200);
            assertThat(admin.send("PUT", "/admin/v1/services/s/targets/t", "{}", bearer("null"), JSON)
                            .status())
                    .isEqualTo(401);
            TestGateway.await(another.close());
        }
    }

    @Test
    void metrics_are_in_the_text_format_of_prometheus() throws Exception {
        try (var gateway = TestGateway.startWithAdmin("")) {
            var metrics = AdminClient.of(gateway).get("/metrics");
            assertThat(metrics.status()).isEqualTo(200);
            assertThat(metrics.header("Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
            assertThat(metrics.text()).contains("# TYPE gatehouse_");
        }
    }

    @Test
    void head_is_get_without_the_body() throws Exception {
        try (var gateway = TestGateway.startWithAdmin("")) {
            var head = AdminClient.of(gateway).send("HEAD", "/health/live", "");
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.text()).isEmpty();
        }
    }

    @Test
    void the_status_tells_what_runs_here() throws Exception {
        var before = Instant.now();
        try (var gateway = TestGateway.startWithAdmin("node: { name: gw-7 }")) {
            var status = AdminClient.of(gateway).json("/admin/v1/status");
            assertThat(status.getString("node")).isEqualTo("gw-7");
            assertThat(status.getString("version")).isNotEmpty();
            assertThat(status.getLong("snapshot")).isEqualTo(1);
            assertThat(status.getString("transport")).isIn("epoll", "io_uring", "nio");
            assertThat(Instant.parse(status.getString("startedAt"))).isBetween(before, Instant.now());
            assertThat(status.getLong("uptimeMillis")).isNotNegative();
            assertThat(status.getJsonArray("problems")).isEmpty();
            assertThat(status.getJsonArray("listeners"))
                    .containsExactly(new JsonObject().put("name", "web").put("port", gateway.port()));
            assertThat(status.getJsonArray("verticles"))
                    .contains(new JsonObject()
                            .put("name", "admin")
                            .put("main", "AdminVerticle")
                            .put("instances", 1)
                            .put("generation", 1));
            assertThat(AdminClient.of(gateway).items("/admin/v1/verticles")).hasSize(2);
        }
    }

    @Test
    void the_status_shows_why_a_change_was_rejected_until_one_is_taken() throws Exception {
        try (var gateway = TestGateway.startWithAdmin("")) {
            var admin = AdminClient.of(gateway);
            assertThatThrownBy(() -> gateway.reload("routes: { a: { to: nowhere } }"))
                    .isInstanceOf(ConfigException.class);
            var rejected = admin.json("/admin/v1/status");
            assertThat(rejected.getLong("snapshot")).isEqualTo(1);
            var problem = rejected.getJsonArray("problems").getJsonObject(0);
            assertThat(problem.fieldNames())
                    .containsExactlyInAnyOrder("file", "line", "column", "path", "what", "expected", "hint");
            assertThat(problem.getString("path")).startsWith("routes.a.to");
            assertThat(problem.getString("what")).contains("nowhere");
            assertThat(admin.json("/health/ready").getJsonObject("checks").getString("configuration"))
                    .isEqualTo("rejected");
            gateway.reload("node: { name: other }");
            var taken = admin.json("/admin/v1/status");
            assertThat(taken.getLong("snapshot")).isEqualTo(2);
            assertThat(taken.getJsonArray("problems")).isEmpty();
        }
    }

    @Test
    void routes_show_what_holds_for_them() throws Exception {
        try (var gateway = TestGateway.startWithAdmin(ONE_SERVICE)) {
            var admin = AdminClient.of(gateway);
            var list = admin.json("/admin/v1/routes");
            assertThat(list.getLong("index")).isEqualTo(1);
            assertThat(list.getJsonArray("items")).hasSize(2);
            var all = admin.json("/admin/v1/routes/all");
            assertThat(list.getJsonArray("items")).contains(all);
            assertThat(all.getJsonObject("match").getJsonArray("path")).containsExactly("/**");
            assertThat(all.getJsonObject("to")).isEqualTo(new JsonObject().put("service", "users"));
            var policies = all.getJsonObject("policies");
            assertThat(policies.fieldNames()).containsExactly("limits", "breaker", "retry", "timeout");
            assertThat(policies.getJsonObject("limits").getString("body")).isEqualTo("64KiB");
            assertThat(policies.getJsonObject("breaker").getString("errors")).isEqualTo("20%");
            assertThat(policies.getJsonObject("breaker").getString("open")).isEqualTo("90s");
            assertThat(policies.getJsonObject("timeout").getString("total")).isEqualTo("30s");
            assertThat(all.getJsonObject("breaker").getString("state")).isEqualTo("closed");
            var site = admin.json("/admin/v1/routes/site");
            assertThat(site.getJsonObject("to").getString("files")).isEqualTo(".");
            assertThat(site.getJsonObject("policies").containsKey("retry")).isFalse();
        }
    }

    @Test
    void services_show_their_configuration_without_secrets_and_their_targets() throws Exception {
        try (var gateway = TestGateway.startWithAdmin(ONE_SERVICE)) {
            var admin = AdminClient.of(gateway);
            var answer = admin.get("/admin/v1/services/users");
            assertThat(answer.text()).doesNotContain("sixteen");
            var users = object(answer);
            assertThat(admin.items("/admin/v1/services")).containsExactly(users);
            var config = users.getJsonObject("config");
            assertThat(config.getJsonObject("balance").getString("by")).isEqualTo("roundRobin");
            assertThat(config.getJsonObject("balance").getJsonObject("sticky").getString("secret"))
                    .isEqualTo("***");
            assertThat(config.getString("resolve")).isEqualTo("10s");
            var target = users.getJsonArray("targets").getJsonObject(1);
            assertThat(target.getString("id")).isEqualTo("127.0.0.1:2");
            assertThat(target.getString("state")).isEqualTo("up");
            assertThat(target.getInteger("weight")).isEqualTo(3);
            assertThat(target.getBoolean("healthy")).isTrue();
        }
    }

    @Test
    void listeners_show_their_port_and_their_table() throws Exception {
        try (var gateway = TestGateway.startWithAdmin(ONE_SERVICE)) {
            var admin = AdminClient.of(gateway);
            var web = admin.json("/admin/v1/listeners/web");
            assertThat(admin.items("/admin/v1/listeners")).containsExactly(web);
            assertThat(web.getInteger("port")).isEqualTo(gateway.port());
            assertThat(web.getJsonArray("protocols")).containsExactly("http1", "h2c");
            assertThat(web.getJsonArray("routes").getJsonObject(0).getString("route"))
                    .isEqualTo("site");
        }
    }

    @Test
    void what_came_out_of_a_file_is_nowhere_shown() throws Exception {
        var secret = Files.writeString(secrets.resolve("key.secret"), "hush-hush-hush");
        try (var gateway = TestGateway.startWithAdmin("""
                services: { s: { targets: "http://127.0.0.1:1" } }
                routes: { r: { match: { header: { X-Key: "${file:%s}" } }, to: s } }
                """, secret)) {
            var admin = AdminClient.of(gateway);
            for (var path : new String[] {"/admin/v1/routes", "/admin/v1/listeners", "/admin/v1/status"}) {
                assertThat(admin.get(path).text()).as(path).doesNotContain("hush");
            }
            var explained = admin.send("POST", "/admin/v1/explain", "{\"url\":\"http://a/\"}", JSON);
            assertThat(explained.text()).contains("***").doesNotContain("hush");
        }
    }

    @Test
    void a_port_that_is_taken_fails_the_start() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> TestGateway.startWithAdmin(
                            "admin: { listen: \"127.0.0.1:%s\" }", Integer.toString(taken.getLocalPort())))
                    .hasCauseInstanceOf(BindException.class)
                    .hasMessageContaining("listener admin: 127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void the_root_leads_on() throws Exception {
        try (var gateway = TestGateway.startWithAdmin("")) {
            assertThat(AdminClient.of(gateway)
                            .json("/", "Accept: application/json")
                            .getJsonArray("links"))
                    .contains("/admin/v1/status", "/admin/v1/limits");
        }
    }
}
