package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.exchange.Pace;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FlowTest {
    private static final Pace PACE = new Pace(256, seconds(15), seconds(60), false);

    private final Flow flow = new Flow() {};

    private static long seconds(long count) {
        return TimeUnit.SECONDS.toNanos(count);
    }

    @Test
    void one_that_is_slow_is_not_too_slow_before_its_time() {
        flow.begin(0);
        flow.moved(10);
        assertThat(flow.isSenderSlow(PACE, seconds(14))).isFalse();
        assertThat(flow.isSenderSlow(PACE, seconds(15))).isTrue();
    }

    @Test
    void time_before_it_begins_does_not_count() {
        assertThat(flow.isSenderSlow(PACE, seconds(1000))).isFalse();
        flow.begin(seconds(1001));
        assertThat(flow.isSenderSlow(PACE, seconds(1015))).isFalse();
        assertThat(flow.isSenderSlow(PACE, seconds(1016))).isTrue();
    }

    @Test
    void one_that_keeps_the_rate_is_measured_anew() {
        flow.begin(0);
        flow.moved(256 * 15);
        assertThat(flow.isSenderSlow(PACE, seconds(15))).isFalse();
        flow.moved(256 * 15 - 1);
        assertThat(flow.isSenderSlow(PACE, seconds(29))).isFalse();
        assertThat(flow.isSenderSlow(PACE, seconds(30))).isTrue();
    }

    @Test
    void time_without_room_at_the_receiver_is_not_the_sender_s() {
        flow.begin(0);
        flow.hold(seconds(1));
        assertThat(flow.isSenderSlow(PACE, seconds(500))).isFalse();
        flow.go(seconds(500));
        assertThat(flow.isSenderSlow(PACE, seconds(513))).isFalse();
        assertThat(flow.isSenderSlow(PACE, seconds(514))).isTrue();
    }

    @Test
    void a_receiver_may_be_a_buffer_behind_and_no_more() {
        flow.begin(0);
        flow.hold(0);
        assertThat(flow.isReceiverSlow(PACE, seconds(255))).isFalse();
        assertThat(flow.isReceiverSlow(PACE, seconds(257))).isTrue();
        assertThat(flow.isSenderSlow(PACE, seconds(257))).isFalse();
    }

    @Test
    void a_receiver_that_takes_enough_is_not_slow() {
        flow.begin(0);
        flow.hold(0);
        for (var at = 30; at < 3000; at += 30) {
            flow.moved(256 * 30);
            assertThat(flow.isReceiverSlow(PACE, seconds(at))).isFalse();
        }
    }

    @Test
    void it_is_looked_at_when_it_can_be_too_slow_and_not_before() {
        flow.begin(0);
        assertThat(flow.nextLookAt(PACE, 0)).isEqualTo(seconds(15));
        flow.isSenderSlow(PACE, seconds(10));
        assertThat(flow.nextLookAt(PACE, seconds(10))).isEqualTo(seconds(15));
        flow.cease();
        assertThat(flow.nextLookAt(PACE, seconds(10))).isGreaterThan(seconds(1_000_000));
    }

    @Test
    void a_body_has_a_longest_time() {
        flow.begin(0);
        assertThat(flow.isLate(PACE, seconds(59))).isFalse();
        assertThat(flow.isLate(PACE, seconds(60))).isTrue();
        assertThat(flow.isLate(Pace.STREAMING, seconds(600))).isFalse();
    }
}
