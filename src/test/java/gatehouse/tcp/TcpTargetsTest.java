package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.Waiting;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Which target a connection goes to, and what becomes of it where there is none. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TcpTargetsTest extends StreamCase {
    @Test
    void a_target_that_refuses_is_passed_over() throws Exception {
        var gone = RawOrigin.closedPort();
        try (var gateway = gateway("", "targets: [\"tcp://127.0.0.1:" + gone + "\", \"" + peer.url() + "\"]", "")) {
            for (var i = 0; i < 6; i++) {
                try (var client = connect(gateway)) {
                    client.send("hello");
                    assertThat(new String(client.readBytes(5))).isEqualTo("hello");
                }
            }
        }
    }

    @Test
    void a_client_of_a_service_that_is_down_is_closed() throws Exception {
        try (var gateway = gateway("", "targets: \"tcp://127.0.0.1:" + RawOrigin.closedPort() + "\"", "");
                var client = connect(gateway)) {
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void who_has_one_address_stays_at_one_target() throws Exception {
        try (var other = new Peer("");
                var gateway = gateway(
                        "", "balance: ipHash, targets: [\"" + peer.url() + "\", \"" + other.url() + "\"]", "")) {
            for (var i = 0; i < 6; i++) {
                try (var client = connect(gateway)) {
                    client.send("hello");
                    assertThat(new String(client.readBytes(5))).isEqualTo("hello");
                }
            }
            assertThat(new HashSet<>(List.of(peer.connections(), other.connections())))
                    .containsExactlyInAnyOrder(0, 6);
        }
    }

    @Test
    void a_target_is_well_when_it_takes_connections() throws Exception {
        try (var gateway = gateway(
                "",
                "targets: \"tcp://127.0.0.1:" + RawOrigin.closedPort() + "\", "
                        + "health: { active: { every: 10ms, rise: 1, fall: 1 }, panic: 0%% }",
                "")) {
            var service = gateway.node().snapshots().current().services().get("db");
            Waiting.until("it is found ill", () -> !service.targets().get(0).healthy());
        }
    }

    @Test
    void a_route_that_leads_to_http_is_refused() {
        assertThatThrownBy(() -> gateway("", "targets: \"http://127.0.0.1:1\"", ""))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("tcp://HOST:PORT");
    }
}
