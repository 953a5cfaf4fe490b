package gatehouse.listener;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.GatewayConfig;
import gatehouse.config.ListenerConfig;
import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Which connections are let in. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GateTest {
    private final Admission node =
            new Admission(new OpenFiles(Long.MAX_VALUE, () -> 0, System::nanoTime), System::nanoTime);

    private static ListenerConfig listener(String keys) throws Exception {
        GatewayConfig config = Blueprint.parse(
                        "test.yaml",
                        "version: 1\nlisteners: { web: { listen: \"127.0.0.1:0\", " + keys + " } }\n",
                        Path.of(""),
                        Overrides.NONE)
                .config();
        return config.listeners().get("web");
    }

    private Gate gate(String keys) throws Exception {
        return new Gate(node, "web", listener(keys));
    }

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    @Test
    void each_address_has_its_own_share() throws Exception {
        var gate = gate("limits: { perAddress: 2 }");
        assertThat(gate.enter(address("192.0.2.1"))).isNull();
        assertThat(gate.enter(address("192.0.2.1"))).isNull();
        assertThat(gate.enter(address("192.0.2.1"))).isEqualTo(Refusal.ADDRESS);
        assertThat(gate.enter(address("192.0.2.2"))).isNull();
        gate.leave(address("192.0.2.1"));
        assertThat(gate.enter(address("192.0.2.1"))).isNull();
    }

    @Test
    void a_network_of_IPv6_counts_as_one_address() throws Exception {
        var gate = gate("limits: { perAddress: 2 }");
        assertThat(gate.enter(address("2001:db8:1:2::1"))).isNull();
        assertThat(gate.enter(address("2001:db8:1:2:ffff::9"))).isNull();
        assertThat(gate.enter(address("2001:db8:1:2:5::5"))).isEqualTo(Refusal.ADDRESS);
        assertThat(gate.enter(address("2001:db8:1:3::1"))).isNull();
    }

    @Test
    void proxies_that_are_trusted_and_a_limit_of_0_have_no_share() throws Exception {
        var behind = gate("limits: { perAddress: 1 }, trustedProxies: [192.0.2.0/24]");
        for (var i = 0; i < 5; i++) {
            assertThat(behind.enter(address("192.0.2.7"))).isNull();
        }
        assertThat(behind.enter(address("192.0.3.7"))).isNull();
        assertThat(behind.enter(address("192.0.3.7"))).isEqualTo(Refusal.ADDRESS);
        var unlimited = gate("limits: { perAddress: 0 }");
        for (var i = 0; i < 5; i++) {
            assertThat(unlimited.enter(address("192.0.3.7"))).isNull();
        }
    }

    @Test
    void only_addresses_with_open_connections_are_remembered() throws Exception {
        var gate = gate("limits: { perAddress: 1, connections: 100 }");
        for (var i = 0; i < 250; i++) {
            gate.enter(address("192.0.2." + i));
        }
        assertThat(gate.addresses()).isEqualTo(100);
        for (var i = 0; i < 100; i++) {
            gate.leave(address("192.0.2." + i));
        }
        assertThat(gate.addresses()).isZero();
    }

    @Test
    void listeners_share_what_the_node_takes() throws Exception {
        node.limit(3);
        var one = gate("limits: { connections: 2 }");
        var other = gate("limits: { perAddress: 0 }");
        assertThat(one.enter(null)).isNull();
        assertThat(one.enter(null)).isNull();
        assertThat(one.enter(null)).isEqualTo(Refusal.LISTENER);
        assertThat(other.enter(null)).isNull();
        assertThat(other.enter(null)).isEqualTo(Refusal.NODE);
        one.leave(null);
        assertThat(other.enter(null)).isNull();
    }

    @Test
    void a_changed_limit_finds_the_right_numbers() throws Exception {
        var gate = gate("limits: { perAddress: 0 }");
        gate.enter(address("192.0.2.1"));
        gate.enter(address("192.0.2.1"));
        gate.adopt("web", listener("limits: { perAddress: 2 }"));
        assertThat(gate.enter(address("192.0.2.1"))).isEqualTo(Refusal.ADDRESS);
        gate.leave(address("192.0.2.1"));
        assertThat(gate.enter(address("192.0.2.1"))).isNull();
    }
}
