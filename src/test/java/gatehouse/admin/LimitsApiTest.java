package gatehouse.admin;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LimitsApiTest {
    @Test
    void every_limit_in_force_is_shown_with_its_default_and_a_mark() throws Exception {
        try (var gateway = TestGateway.startWithAdmin("""
                services: { s: { targets: "http://127.0.0.1:1", pool: { pending: 8193 } } }
                routes: { r: { to: s, timeout: { total: 10s } } }
                """)) {
            var items = AdminClient.of(gateway).items("/admin/v1/limits");
            assertThat(items)
                    .contains(
                            limit("node", "gatehouse", "drain.http", "30s", "30s", false),
                            limit("listener", "web", "limits.headers", "32KiB", "32KiB", false),
                            limit("service", "s", "pool.pending", "8193", "8192", true),
                            limit("route", "r", "timeout.total", "10s", "30s", false),
                            limit("route", "r", "limits.body", "10MiB", "10MiB", false));
            var scopes = new HashSet<String>();
            items.forEach(item -> scopes.add(((JsonObject) item).getString("scope")));
            assertThat(scopes).containsExactlyInAnyOrder("node", "listener", "service", "route");
        }
    }

    private static JsonObject limit(
            String scope, String name, String key, String value, String byDefault, boolean weaker) {
        return new JsonObject()
                .put("scope", scope)
                .put("name", name)
                .put("key", key)
                .put("value", value)
                .put("default", byDefault)
                .put("weaker", weaker);
    }
}
