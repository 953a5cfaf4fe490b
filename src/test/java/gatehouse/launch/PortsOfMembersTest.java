package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Members;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.util.List;
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
        try (var one = Members.join("one");
                var here = TestGateway.startAmong(one, CONFIG)) {
            List<Integer> ports;
            try (var two = Members.join("two", one.address());
                    var there = TestGateway.startAmong(two, CONFIG)) {
                ports = Stream.concat(two.ports().stream(), Stream.of(there.adminPort(), there.port()))
                        .toList();
                assertThat(ports).hasSize(4).doesNotHaveDuplicates();
                Waiting.until(
                        "none may be registered here",
                        () -> ports.stream().noneMatch(port -> mayBeRegistered(here, port)));
                Waiting.until(
                        "nor there",
                        () -> !mayBeRegistered(there, here.adminPort()) && !mayBeRegistered(there, here.port()));
            }
            Waiting.until(
                    "all may be registered again", () -> ports.stream().allMatch(port -> mayBeRegistered(here, port)));
        }
    }

    private static boolean mayBeRegistered(TestGateway at, int port) {
        return at.node().registry().guard().refusal("127.0.0.1", port) == null;
    }
}
