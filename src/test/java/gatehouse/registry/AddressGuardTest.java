package gatehouse.registry;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.Cidr;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AddressGuardTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "169.254.0.1",
                "fe80::1",
                "::ffff:169.254.169.254",
                "::169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "fd00:ec2::254",
                "fd20:ce::254",
                "192.0.0.192",
                "fec0::1",
                "feff::1",
                "2002:a9fe:a9fe::1",
                "2002:6464:64c8::",
                "64:ff9b:1::a9fe:a9fe",
                "64:ff9b:1:a9fe:a9:fe00::",
                "64:ff9b:1:a9:fe:a9fe::",
                "64:ff9b:1:0:a9:fea9:fe00:0",
                "2001:0:a9fe:a9fe::5",
                "2001:0:4136:e378:8000:63bf:5601:5601",
                "::ffff:0:a9fe:a9fe",
                "100.100.100.200",
                "168.63.129.16",
                "0.0.0.0",
                "0.1.2.3",
                "::",
                "224.0.0.1",
                "255.255.255.255",
                "ff02::1",
                "2130706433",
                "127.1",
                "0x7f000001",
                "a.0x1",
                "metadata",
                "metadata.google.internal",
                "instance-data.ec2.internal",
            })
    void what_is_never_an_instance_is_refused(String host) {
        assertThat(AddressGuard.STANDARD.refusal(host, 80)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "192.168.1.1",
                "127.0.0.1",
                "::1",
                "localhost",
                "fd00::1",
                "users.internal",
                "a1",
                "2002:a00:1::1",
                "2001:db8::1",
                "64:ff9b::a00:1",
                "64:ff9b:1::a00:1",
                "2001:0:4136:e378:8000:63bf:3fff:fdd2"
            })
    void others_are_not(String host) {
        assertThat(AddressGuard.STANDARD.refusal(host, 80)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "2002:7f00:1::1", "localhost", "a.localhost"
            })
    void loopback_is_refused_where_registrants_sit_elsewhere(String host) {
        assertThat(new AddressGuard(List.of(), true, port -> false).refusal(host, 80))
                .isNotNull();
    }

    @Test
    void what_is_allowed_is_allowed() {
        var guard = new AddressGuard(
                List.of(Cidr.parse("169.254.7.0/24"), Cidr.parse("127.0.0.0/8")), true, port -> port == 9900);

        assertThat(guard.refusal("169.254.7.1", 80)).isNull();
        assertThat(guard.refusal("127.0.0.1", 9900)).isNull();
        assertThat(guard.refusal("2002:a9fe:701::1", 80)).isNull();
        assertThat(guard.refusal("169.254.8.1", 80)).isNotNull();
    }

    @Test
    void the_gateways_own_ports_are_refused_however_the_machine_is_written() throws Exception {
        var guard = new AddressGuard(List.of(), false, port -> port == 9900);

        for (var network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (var address : Collections.list(network.getInetAddresses())) {
                var text = NetUtil.toAddressString(address);
                assertThat(guard.refusal(text, 9900)).as(text).isNotNull();
                if (address instanceof Inet4Address) {
                    assertThat(guard.refusal("::ffff:" + text, 9900)).as(text).isNotNull();
                    assertThat(guard.refusal("64:ff9b::" + text, 9900)).as(text).isNotNull();
                    assertThat(guard.refusal(text, 9901)).as(text).isNull();
                }
            }
        }
    }

    @Test
    void the_ports_of_a_node_on_this_machine_are_refused_as_the_own_ones_and_those_of_one_elsewhere_at_its_address()
            throws Exception {
        var here = InetAddress.getLoopbackAddress();
        var elsewhere = InetAddress.getByName("192.0.2.7");
        var guard = new AddressGuard(
                List.of(), false, port -> false, () -> Map.of(here, Set.of(9900), elsewhere, Set.of(5701)));

        for (var host : List.of("127.0.0.1", "127.8.8.8", "::1", "localhost")) {
            assertThat(guard.refusal(host, 9900)).as(host).isEqualTo("that of another node of the gateway");
            assertThat(guard.refusal(host, 5701)).as(host).isNull();
        }
        assertThat(guard.refusal("192.0.2.7", 5701)).isEqualTo("that of another node of the gateway");
        assertThat(guard.refusal("::ffff:192.0.2.7", 5701)).isNotNull();
        assertThat(guard.refusal("192.0.2.7", 9900)).isNull();
        assertThat(guard.refusal("192.0.2.8", 5701)).isNull();
    }
}
