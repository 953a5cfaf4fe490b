package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.ConfigException;
import gatehouse.config.GatewayConfig;
import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ConfigDifferenceTest {
    private static GatewayConfig read(String text) throws ConfigException {
        return Blueprint.parse("test.yaml", "version: 1\n" + text, Path.of(""), Overrides.NONE)
                .config();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    node.name      | node: { name: other }
                    node.pidFile   | node: { pidFile: other.pid }
                    node.dataDir   | node: { dataDir: other }
                    node.transport | node: { transport: nio }
                    accessLog      | accessLog: logs/other.log
                    tracing        | tracing: "http://127.0.0.1:4318"
                    cluster        | cluster: { silence: 7s }
                    redis          | redis: "redis://127.0.0.1:6379"
                    cache.store    | cache: { store: memory }
                    admin.listen   | admin: "127.0.0.1:9"
                    registry.bridge | registry: { bridge: "127.0.0.1:8" }
                    """)
    void a_key_that_needs_a_restart_is_told_and_stands_on_the_page(String key, String text) throws Exception {
        assertThat(ConfigDifference.needsRestart(read(""), read(text))).containsExactly(key);
        assertThat(Files.readString(Path.of("docs/configuration.md")).replace('\n', ' '))
                .containsPattern("`" + key + "`[^.]*((\\.[a-z])+[^.]*)*are looked at when the process starts only");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    node: { drain: { http: 5s }, blocked: 5s, startTimeout: 5s, connections: 500 }
                    'admin: { tokens: { ops: { value: a-token-for-operators, role: admin } } }'
                    admin: { events: { keep: 5 } }
                    cache: { bytes: 1MiB }
                    registry: { grace: 5s }
                    topics: { keep: 5s }
                    """)
    void any_other_is_not(String text) throws Exception {
        assertThat(ConfigDifference.needsRestart(read(""), read(text))).isEmpty();
    }
}
