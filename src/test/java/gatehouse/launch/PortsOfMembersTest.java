package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cluster.Joined;
import gatehouse.config.ClusterConfig;
import gatehouse.config.ListenAddress;
import gatehouse.config.Size;
import gatehouse.testing.TestGateway;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What may not be registered at a node because another one listens there. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PortsOfMembersTest {
    private static final String CONFIG = "cluster: { enabled: true, secret: \"what only members know\" }";

    @Test
    void the_ports_of_a_member_may_not_be_registered_until_it_has_left() throws Exception {
        try (var one = join("one");
                var here = TestGateway.startAmong(one, CONFIG)) {
            List<Integer> ports;
            try (var two = join("two", one.address());
                    var there = TestGateway.startAmong(two, CONFIG)) {
                ports = Stream.concat(two.ports().stream(), Stream.of(there.adminPort(), there.port()))
                        .toList();
                assertThat(ports).hasSize(4).doesNotHaveDuplicates();
                await(() -> ports.stream().noneMatch(port -> mayBeRegistered(here, port)));
                await(() -> !mayBeRegistered(there, here.adminPort()) && !mayBeRegistered(there, here.port()));
            }
            await(() -> ports.stream().allMatch(port -> mayBeRegistered(here, port)));
        }
    }

    private static boolean mayBeRegistered(TestGateway at, int port) {
        return at.node().registry().guard().refusal("127.0.0.1", port) == null;
    }

    private static void await(BooleanSupplier holds) {
        var end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (!holds.getAsBoolean() && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(holds.getAsBoolean()).isTrue();
    }

    private static Joined join(String name, String... seeds) {
        return Joined.join(
                new ClusterConfig(
                        true,
                        ListenAddress.parse("127.0.0.1:0"),
                        0,
                        Stream.of(seeds).map(ListenAddress::parse).toList(),
                        "what only members know",
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(2),
                        Size.parse("16MiB")),
                name);
    }
}
