package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What is counted of WebSockets. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SocketCountTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SocketCount count = new SocketCount(registry, "chat");

    private double closed(String code) {
        return registry.get("gatehouse.websocket.closes")
                .tag("code", code)
                .counter()
                .count();
    }

    @Test
    void codes_are_counted_by_themselves_and_those_of_applications_by_their_thousand() {
        for (var code : new int[] {1000, 1001, 1005, 1006, 1011, 4321, 4322}) {
            assertThat(count.enter(1)).isTrue();
            count.closed(code);
        }
        assertThat(closed("1005")).isEqualTo(1);
        assertThat(closed("4000")).isEqualTo(2);
        assertThat(count.open()).isZero();
    }

    @Test
    void nobody_makes_a_counter_of_each_number() {
        for (var code = 0; code < 65_536; code++) {
            count.closed(code);
        }
        assertThat(registry.find("gatehouse.websocket.closes").counters()).hasSizeLessThan(20);
        assertThat(closed("1002")).isGreaterThan(60_000);
    }
}
