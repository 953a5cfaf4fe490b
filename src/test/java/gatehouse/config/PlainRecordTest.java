package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PlainRecordTest {
    private static GatewayConfig config(String text) throws ConfigException {
        return Texts.gateway("version: 1\n" + text);
    }

    @Test
    void values_stand_as_in_the_file() throws Exception {
        var node = PlainRecord.of(
                config("node: { transport: io_uring, drain: { http: 1500ms, notice: 2m } }")
                        .node(),
                Set.of());
        assertThat(node)
                .containsEntry("transport", "io_uring")
                .containsEntry("drain", Map.of("http", "1500ms", "notice", "2m", "tcp", "30s", "websocket", "5m"))
                .doesNotContainKey("pidFile");
        var service = PlainRecord.of(config("""
                        services:
                          s: { targets: "http://A:81", balance: { by: hash, key: "header:X-User" }, forwarder: web-proxy,
                               health: { panic: 7% } }
                        """).services().get("s"), Set.of());
        assertThat(service)
                .containsEntry("targets", List.of(Map.of("url", "http://a:81", "weight", 1)))
                .containsEntry("balance", Map.of("by", "hash", "key", "header:x-user", "slowStart", "0s"))
                .containsEntry("forwarder", "web-proxy");
        assertThat(service.get("health").toString()).contains("panic=7%");
    }

    @Test
    void policy_keys_stand_beside_the_others_and_removed_ones_are_absent() throws Exception {
        var route = PlainRecord.of(
                config("routes: { r: { to: s, limits: { body: 64KiB }, timeout: null } }")
                        .routes()
                        .get("r"),
                Set.of());
        assertThat(route).containsEntry("limits", Map.of("body", "64KiB")).doesNotContainKeys("timeout", "policies");
    }

    @Test
    void secrets_are_hidden_by_their_key_or_because_they_were_interpolated() throws Exception {
        var config = config("""
                admin: { tokens: { ops: { value: 0123456789abcdef } } }
                routes: { r: { match: { header: { X-Key: [open, hush] } }, to: s } }
                """);
        assertThat(PlainRecord.of(config.admin(), Set.of()).toString())
                .contains("value=***")
                .doesNotContain("0123456789abcdef");
        assertThat(PlainRecord.of(config.routes().get("r"), Set.of("hush")).toString())
                .contains("X-Key=[open, ***]");
    }
}
