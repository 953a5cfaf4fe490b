package gatehouse.admin;

import static gatehouse.admin.AdminClient.JSON;
import static gatehouse.admin.AdminClient.bearer;
import static gatehouse.admin.AdminClient.object;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Instances by HTTP: how they register, are listed, change and go, and what is refused. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RegistryApiTest extends RegistryCase {
    @Test
    void an_instance_registers_renews_changes_and_goes() throws Exception {
        var path = path();
        var body = "{\"address\":\"10.0.0.1:8080\",\"version\":\"2.1.0\",\"ttl\":\"30s\",\"weight\":2,"
                + "\"metadata\":{\"zone\":\"a\"}}";

        var registered = put(path, body);
        assertThat(registered.status()).isEqualTo(201);
        var lease = object(registered).getLong("lease");
        assertThat(Instant.parse(object(registered).getString("expires"))).isAfter(Instant.now());
        assertThat(registered.header("X-Index")).isEqualTo(object(registered).getValue("index") + "");

        assertThat(put(path, body).status()).isEqualTo(200);
        var renewed = ask("PUT", path + "/heartbeat?lease=" + lease, "");
        assertThat(renewed.status()).isEqualTo(200);
        assertThat(object(renewed).getLong("lease")).isEqualTo(lease);

        assertThat(ask("PATCH", path, "{\"state\":\"draining\"}", JSON).status())
                .isEqualTo(200);
        var shown = object(ask("GET", path, ""));
        assertThat(shown.getString("state")).isEqualTo("draining");
        assertThat(shown.getString("address")).isEqualTo("10.0.0.1:8080");
        assertThat(shown.getString("ttl")).isEqualTo("30s");
        assertThat(shown.getJsonObject("metadata")).isEqualTo(new JsonObject().put("zone", "a"));
        assertThat(shown.getString("condition")).isEqualTo("passing");

        assertThat(ask("DELETE", path, "").status()).isEqualTo(204);
        assertThat(ask("DELETE", path, "").status()).isEqualTo(404);
        assertThat(ask("PUT", path + "/heartbeat", "").status()).isEqualTo(404);
        assertThat(ask("GET", path, "").status()).isEqualTo(404);
    }

    @Test
    void metrics_count_what_happened_and_what_was_refused() throws Exception {
        var path = path();
        var registered = sample("gatehouse_registry_changes_total{change=\"registered\"}");
        var gone = sample("gatehouse_registry_changes_total{change=\"deregistered\"}");
        var renewals = sample("gatehouse_registry_renewals_total");
        var passing = sample("gatehouse_registry_instances{condition=\"passing\"}");
        put(path, "{\"address\":\"10.0.0.1:8080\"}");
        put(path, "{\"address\":\"10.0.0.1:8080\"}");
        ask("PUT", path + "/heartbeat", "");
        assertThat(sample("gatehouse_registry_instances{condition=\"passing\"}"))
                .isEqualTo(passing + 1);
        ask("DELETE", path, "");
        assertThat(ask("DELETE", path, "").status()).isEqualTo(404);

        assertThat(sample("gatehouse_registry_changes_total{change=\"registered\"}"))
                .isEqualTo(registered + 1);
        assertThat(sample("gatehouse_registry_changes_total{change=\"deregistered\"}"))
                .isEqualTo(gone + 1);
        assertThat(sample("gatehouse_registry_renewals_total")).isEqualTo(renewals + 2);
        assertThat(sample("gatehouse_registry_instances{condition=\"suspect\"}"))
                .isZero();
        assertThat(sample("gatehouse_registry_refusals_total{problem=\"not-found\"}"))
                .isPositive();
        assertThat(sample("gatehouse_registry_services_preserved")).isZero();
    }

    private double sample(String series) throws Exception {
        return admin.get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_service_lists_its_instances_by_version_and_condition() throws Exception {
        var service = service();
        put(service + "/instances/one", "{\"address\":\"10.0.0.1:80\",\"version\":\"1.4\"}");
        put(service + "/instances/two", "{\"address\":\"10.0.0.2:80\",\"version\":\"2.0\"}");
        put(service + "/instances/low", "{\"address\":\"10.0.0.3:80\",\"version\":\"2.1\",\"state\":\"down\"}");
        put(service + "/instances/any", "{\"address\":\"10.0.0.4:80\"}");

        assertThat(ids(service)).isEqualTo("one two low any");
        assertThat(ids(service + "?version=%3E%3D2")).isEqualTo("two low");
        assertThat(ids(service + "?passing=true")).isEqualTo("one two any");
        assertThat(ids(service + "?version=1.x&passing=true")).isEqualTo("one");
        assertThat(ids(service())).isEmpty();
        assertThat(ask("GET", service + "?version=two", "").status()).isEqualTo(400);
        assertThat(ask("GET", service + "?passing=yes", "").status()).isEqualTo(400);
        assertThat(ask("GET", service + "?index=x", "").status()).isEqualTo(400);
        assertThat(ask("GET", service + "?wait=5", "").status()).isEqualTo(400);
    }

    @Test
    void domains_keep_their_services_apart() throws Exception {
        put("/registry/v1/shop-a/services/cart/instances/1", "{\"address\":\"10.0.0.1:80\",\"version\":\"3\"}");
        put("/registry/v1/shop-b/services/cart/instances/1", "{\"address\":\"10.0.0.2:80\"}");
        put("/registry/v1/shop-b/services/cart/instances/2", "{\"address\":\"10.0.0.3:80\"}");

        var items = object(ask("GET", "/registry/v1/shop-a/services", "")).getJsonArray("items");

        assertThat(items.encode())
                .isEqualTo(
                        "[{\"name\":\"cart\",\"instances\":1,\"suspect\":0,\"versions\":[\"3\"],\"preserved\":false}]");
        assertThat(ids("/registry/v1/shop-b/services/cart")).isEqualTo("1 2");
    }

    @ParameterizedTest(name = "{0}: {2} names {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{}| address| 422",
                "[]| object| 422",
                "{| JSON| 400",
                "{\"address\":\"a:1\",\"address\":\"b:1\"}| JSON| 400",
                "{\"address\":7}| address| 422",
                "{\"address\":null}| address| 422",
                "{\"address\":\"10.0.0.1\"}| address| 422",
                "{\"address\":\"10.0.0.1:0\"}| address| 422",
                "{\"address\":\"10.0.0.1:65536\"}| address| 422",
                "{\"address\":\"10.0.0.1:-1\"}| address| 422",
                "{\"address\":\":80\"}| address| 422",
                "{\"address\":\"http://10.0.0.1:80/path\"}| address| 422",
                "{\"address\":\"http://user@10.0.0.1:80\"}| address| 422",
                "{\"address\":\"file:///etc/passwd\"}| address| 422",
                "{\"address\":\"unix:/run/x.sock\"}| address| 422",
                "{\"address\":\"https://10.0.0.1:443\"}| address is of the scheme https, over which| 422",
                "{\"address\":\"tcp://10.0.0.1:5432/db\"}| address is more than a host and a port| 422",
                "{\"address\":\"127.0.0.1:9001/x\"}| address is more than a host and a port| 422",
                "{\"address\":\"http://\"}| address is without a host| 422",
                "{\"address\":\"http://10.0.0.1:0\"}| address is without a port| 422",
                "{\"address\":\"redis://10.0.0.1:6379\"}| address| 422",
                "{\"address\":\"http://169.254.169.254\"}| address| 422",
                "{\"address\":\"[::ffff:169.254.169.254]:80\"}| address| 422",
                "{\"address\":\"[fe80::1]:80\"}| address| 422",
                "{\"address\":\"0.0.0.0:80\"}| address| 422",
                "{\"address\":\"2130706433:80\"}| address| 422",
                "{\"address\":\"127.1:80\"}| address| 422",
                "{\"address\":\"0x7f.0x1:80\"}| address| 422",
                "{\"address\":\"localhost.:80\"}| address| 422",
                "{\"address\":\"metadata.google.internal:80\"}| address| 422",
                "{\"address\":\"a:1\",\"weight\":-1}| weight| 422",
                "{\"address\":\"a:1\",\"weight\":1.5}| weight| 422",
                "{\"address\":\"a:1\",\"weight\":\"1\"}| weight| 422",
                "{\"address\":\"a:1\",\"weight\":1000000000000}| weight| 422",
                "{\"address\":\"a:1\",\"weight\":NaN}| JSON| 400",
                "{\"address\":\"a:1\",\"ttl\":30}| ttl| 422",
                "{\"address\":\"a:1\",\"ttl\":\"0s\"}| ttl| 422",
                "{\"address\":\"a:1\",\"ttl\":\"4s\"}| ttl| 422",
                "{\"address\":\"a:1\",\"ttl\":\"2h\"}| ttl| 422",
                "{\"address\":\"a:1\",\"ttl\":\"30\"}| ttl| 422",
                "{\"address\":\"a:1\",\"ttl\":\"-5s\"}| ttl| 422",
                "{\"address\":\"a:1\",\"version\":\"two\"}| version| 422",
                "{\"address\":\"a:1\",\"version\":2}| version| 422",
                "{\"address\":\"a:1\",\"state\":\"idle\"}| state| 422",
                "{\"address\":\"a:1\",\"lease\":\"1\"}| lease| 422",
                "{\"address\":\"a:1\",\"metadata\":[]}| metadata| 422",
                "{\"address\":\"a:1\",\"metadata\":{\"a\":1}}| metadata.a| 422",
                "{\"address\":\"a:1\",\"metadata\":{\"a\":null}}| metadata.a| 422",
                "{\"address\":\"a:1\",\"metadata\":{\"\":\"1\"}}| metadata| 422",
                "{\"address\":\"a:1\",\"metadata\":{\"a\":\"\\u0000\"}}| metadata.a| 422",
                "{\"address\":\"a:1\",\"metadata\":{\"a\":\"\\ud800\"}}| metadata.a| 422",
                "{\"address\":\"a:1\",\"adress\":\"b:1\"}| adress| 422",
            })
    void what_is_wrong_is_named(String body, String named, int status) throws Exception {
        var path = path();
        var refused = put(path, body);

        assertThat(refused.status()).as(refused.text()).isEqualTo(status);
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(object(refused).getString("detail")).contains(named);
        assertThat(ask("GET", path, "").status()).isEqualTo(404);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "/registry/v1/a%2Fb/services/s/instances/i, domain",
        "/registry/v1/-/services/s/instances/i, domain",
        "/registry/v1/d/services/a%20b/instances/i, name",
        "/registry/v1/d/services/s/instances/%00, id",
        "/registry/v1/d/services/s/instances/%C3%A9, id",
    })
    void a_name_that_is_none_is_named(String path, String named) throws Exception {
        var refused = put(path, "{\"address\":\"a:1\"}");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(object(refused).getString("detail")).contains("The field " + named);
    }

    @Test
    void the_gateways_own_ports_are_no_instances() throws Exception {
        for (var host : new String[] {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.9.9.9"}) {
            for (var port : new int[] {gateway.adminPort(), gateway.port()}) {
                var refused = put(path(), "{\"address\":\"" + host + ":" + port + "\"}");
                assertThat(refused.status()).as("%s:%s", host, port).isEqualTo(422);
            }
        }
        assertThat(put(path(), "{\"address\":\"127.0.0.1:9\"}").status()).isEqualTo(201);
    }

    @Test
    void who_may_do_what_is_said_by_the_role() throws Exception {
        var path = path();
        var body = "{\"address\":\"10.0.0.1:80\"}";

        assertThat(admin.send("PUT", path, body, JSON).status()).isEqualTo(401);
        assertThat(admin.send("PUT", path, body, JSON, bearer(READER)).status()).isEqualTo(403);
        assertThat(admin.send("PUT", path, body, JSON, bearer(ORDERS)).status()).isEqualTo(201);
        assertThat(admin.send("DELETE", path, "", bearer(READER)).status()).isEqualTo(403);
        assertThat(admin.send("PUT", path + "/heartbeat", "", bearer(ORDERS)).status())
                .isEqualTo(200);
        assertThat(admin.get(path, bearer(READER)).status()).isEqualTo(200);
        assertThat(admin.send("PUT", "/admin/v1/services/s/targets/t", "{\"state\":\"up\"}", JSON, bearer(ORDERS))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void the_instance_of_another_token_is_409_but_for_admins() throws Exception {
        var path = path();
        put(path, "{\"address\":\"10.0.0.1:80\"}");

        assertThat(admin.send("PUT", path, "{\"address\":\"10.0.0.2:80\"}", JSON, bearer(ORDERS))
                        .status())
                .isEqualTo(409);
        assertThat(admin.send("DELETE", path, "", bearer(ORDERS)).status()).isEqualTo(409);
        assertThat(object(ask("GET", path, "")).getString("address")).isEqualTo("10.0.0.1:80");
    }

    @Test
    void another_method_is_405() throws Exception {
        assertThat(ask("POST", path(), "").header("Allow")).isEqualTo("DELETE, GET, HEAD, PATCH, PUT");
    }

    private String ids(String path) throws Exception {
        var ids = new StringBuilder();
        object(ask("GET", path, ""))
                .getJsonArray("items")
                .forEach(item -> ids.append(ids.isEmpty() ? "" : " ").append(((JsonObject) item).getString("id")));
        return ids.toString();
    }
}
