package gatehouse.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import gatehouse.config.ConfigException;
import gatehouse.config.ConfigProblem;
import gatehouse.config.Overrides;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** One port for two is told when the configuration is read. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PortsTest {
    private static Blueprint read(String text) throws ConfigException {
        return Blueprint.parse("gateway.yaml", "version: 1\n" + text, Path.of("."), Overrides.NONE);
    }

    @Test
    void whoever_takes_a_port_is_named() {
        var wrong = catchThrowableOfType(ConfigException.class, () -> read("""
                admin: "127.0.0.1:9901"
                registry: { bridge: {} }
                cluster: { enabled: true, listen: "127.0.0.1:5701", secret: "of this test alone" }
                listeners:
                  web:   ":9901"
                  other: "127.0.0.1:5701"
                  more:  "[::]:8080"
                  most:  "127.0.0.1:8080"
                """));

        assertThat(wrong.problems())
                .extracting(ConfigProblem::toString)
                .containsExactly(
                        "gateway.yaml:3:13 registry.bridge.listen: 127.0.0.1:9901 (expected: a port that the admin API has not taken)",
                        "gateway.yaml:6:10 listeners.web.listen: 0.0.0.0:9901 (expected: a port that the admin API has not taken)",
                        "gateway.yaml:6:10 listeners.web.listen: 0.0.0.0:9901 (expected: a port that the registry's bridge has not taken)",
                        "gateway.yaml:7:10 listeners.other.listen: 127.0.0.1:5701 (expected: a port that the cluster has not taken)",
                        "gateway.yaml:9:10 listeners.most.listen: 127.0.0.1:8080 (expected: a port that listener more has not taken)");
    }

    @Test
    void the_event_bus_of_a_cluster_takes_a_port_where_it_has_one() {
        var wrong = catchThrowableOfType(ConfigException.class, () -> read("""
                admin: "127.0.0.1:5702"
                cluster: { enabled: true, listen: "127.0.0.1:5701", secret: "of this test alone", bus: 5702 }
                listeners:
                  web: ":5702"
                """));

        assertThat(wrong.problems())
                .extracting(ConfigProblem::toString)
                .containsExactly(
                        "gateway.yaml:3:88 cluster.bus: 127.0.0.1:5702 (expected: a port that the admin API has not taken)",
                        "gateway.yaml:5:8 listeners.web.listen: 0.0.0.0:5702 (expected: a port that the admin API has not taken)",
                        "gateway.yaml:5:8 listeners.web.listen: 0.0.0.0:5702 (expected: a port that the cluster's event bus has not taken)");
        assertThatCode(() -> read("""
                        cluster: { enabled: true, listen: "127.0.0.1:5701", secret: "of this test alone" }
                        listeners: { web: "127.0.0.1:0" }
                        """)).doesNotThrowAnyException();
    }

    @Test
    void a_cluster_that_is_off_and_a_port_of_the_systems_choice_take_none() {
        assertThatCode(() -> read("""
                        cluster: { listen: "127.0.0.1:5701" }
                        listeners: { web: "127.0.0.1:5701", one: "127.0.0.1:0", two: "127.0.0.1:0" }
                        """)).doesNotThrowAnyException();
    }

    @Test
    void a_port_is_one_for_tcp_and_another_for_udp_as_with_DNS() throws Exception {
        var port = RawOrigin.freePort();
        try (var gateway = TestGateway.startWithStreams("""
                listeners:
                  dns:      { listen: "127.0.0.1:%1$d", protocols: udp }
                  dns-long: { listen: "127.0.0.1:%1$d", protocols: tcp }
                """, port)) {
            assertThat(gateway.port("dns")).isEqualTo(port);
            assertThat(gateway.port("dns-long")).isEqualTo(port);
        }
    }
}
