package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.testing.PluginJar;
import gatehouse.testing.TestGateway;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a route or a service of bytes can not have is told when the file is read. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StreamRulesTest {
    private static final String TARGET = "\"tcp://127.0.0.1:1\"";

    @TempDir
    static Path folder;

    private static void start(String targets, String service, String route) throws Exception {
        TestGateway.startWithStreams("""
                        listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp] } }
                        services: { db: { targets: [%s] %s } }
                        routes: { db: { match: { listener: db }, to: db %s } }
                        """.formatted(targets, service, route)).close();
    }

    @Test
    void policies_that_are_about_requests_are_refused_at_load() {
        for (var policy :
                List.of(", auth: { apiKey: {} }", ", cors: { origins: [\"*\"] }", ", rateLimit: { rate: 1/s }")) {
            assertThatThrownBy(() -> start(TARGET, "", policy))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("all else is about requests");
        }
        assertRefused(", timeout: { idle: 5s }", "more than connect", "stream.idle");
        assertThatThrownBy(() -> start(TARGET, ", rateLimit: { rate: 1/s }", ""))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("services.db.rateLimit");
        assertThatThrownBy(() -> start("\"http://127.0.0.1:1\"", ", protocol: tcp", ""))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("targets of tcp");
    }

    private static void assertRefused(String route, String... parts) {
        assertThatThrownBy(() -> start(TARGET, "", route))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void a_policy_of_a_plugin_guards_no_port() throws Exception {
        var jar = folder.resolve("probe.jar");
        PluginJar.write(jar, "acme.Probe", """
                package acme;
                import gatehouse.plugin.*;
                public class Probe implements PolicyPlugin<Probe.Settings> {
                    public record Settings() {}
                    public String doc() { return "Lets all pass."; }
                    public Class<Settings> settings() { return Settings.class; }
                    public Place place() { return Place.BEHIND_ACCESS; }
                    public Step step(Settings settings) { return (call, next) -> next.proceed(); }
                }
                """);
        for (var place : List.of("route", "bundle", "service")) {
            assertThatThrownBy(() -> TestGateway.startWithStreams("""
                            plugins: { probe: { main: acme.Probe, jar: "%s" } }
                            listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp] } }
                            services: { db: { targets: [%s]%s } }
                            policies: { guard: { probe: {} } }
                            routes: { db: { match: { listener: db }, to: db%s } }
                            """.formatted(
                            jar,
                            TARGET,
                            place.equals("service") ? ", probe: {}" : "",
                            place.equals("route") ? ", probe: {}" : place.equals("bundle") ? ", use: [guard]" : "")))
                    .as(place)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContainingAll("test.yaml:", "probe", "all else is about requests", "guard nothing");
        }
    }

    @Test
    void what_is_not_known_of_a_connection_is_no_condition() {
        for (var condition :
                List.of("path: /x", "method: GET", "header: { A: b }", "host: a.test", "not: { path: /x }")) {
            assertThatThrownBy(() -> TestGateway.startWithStreams("""
                            listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp] } }
                            services: { db: { targets: "tcp://127.0.0.1:1" } }
                            routes: { db: { match: { listener: db, %s }, to: db } }
                            """.formatted(condition)))
                    .as(condition)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("listener and sni");
        }
    }

    @Test
    void datagrams_are_not_tried_again_and_a_policy_may_be_taken_off() throws Exception {
        var text = """
                listeners: { dns: { listen: "127.0.0.1:0", protocols: [udp] } }
                services: { dns: { targets: "udp://127.0.0.1:1" } }
                routes: { dns: { match: { listener: dns }, to: dns, %s } }
                """;
        assertThatThrownBy(() -> TestGateway.startWithStreams(text.formatted("retry: {}")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("routes.dns.retry");
        TestGateway.startWithStreams(text.formatted("retry: null")).close();
    }
}
