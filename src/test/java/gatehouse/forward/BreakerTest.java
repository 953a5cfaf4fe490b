package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.Share;
import gatehouse.forward.Breaker.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BreakerTest {
    private static final double NO_JITTER = 0.5;

    private final AtomicLong clock =
            new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(7).toNanos());
    private double chance = NO_JITTER;
    private final List<String> news = new ArrayList<>();
    private final Breaker breaker = new Breaker(
            new Breaker.Config(new Share(0.5), 20, Duration.ofSeconds(10), Duration.ofSeconds(5), 3),
            clock::get,
            () -> chance,
            (state, why) -> news.add(state + ": " + why));

    @Test
    void half_of_twenty_failing_opens_it() {
        calls(10, true);
        calls(9, false);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);

        calls(1, false);

        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.tryAcquire()).isFalse();
    }

    @Test
    void every_change_is_told_once_and_why() {
        calls(5, true);
        calls(15, false);
        assertThat(news).containsExactly("OPEN: 15 of the last 20 requests failed");
        news.clear();

        pass(5_000);
        calls(1, false);
        pass(10_000);
        calls(3, true);

        assertThat(news)
                .containsExactly(
                        "HALF_OPEN: up to 3 requests are let through as probes",
                        "OPEN: a probe failed",
                        "HALF_OPEN: up to 3 requests are let through as probes",
                        "CLOSED: all probes succeeded");
    }

    @Test
    void fewer_calls_than_over_prove_nothing() {
        calls(19, false);

        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(breaker.secondsLeft()).isZero();
    }

    @Test
    void a_smaller_share_of_failures_leaves_it_closed() {
        for (var i = 0; i < 100; i++) {
            calls(2, true);
            calls(1, false);
        }

        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void failures_older_than_the_window_do_not_count() {
        calls(19, false);
        pass(11_000);

        calls(19, false);

        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void failures_spread_over_the_window_add_up() {
        for (var i = 0; i < 9; i++) {
            calls(2, false);
            pass(1_000);
        }
        assertThat(breaker.state()).isEqualTo(State.CLOSED);

        calls(2, false);

        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void it_tells_when_to_come_back() {
        calls(20, false);
        assertThat(breaker.secondsLeft()).isEqualTo(5);

        pass(3_500);
        assertThat(breaker.secondsLeft()).isEqualTo(2);

        pass(5_000);
        assertThat(breaker.secondsLeft()).isEqualTo(1);
    }

    @Test
    void clients_are_told_to_come_back_in_one_to_five_seconds_however_long_it_stays_open() {
        calls(20, false);
        for (var tries = 1; tries < 6; tries++) {
            chance = 0;
            assertThat(breaker.retryAfter()).isEqualTo(3);
            chance = 0.999;
            assertThat(breaker.retryAfter()).isEqualTo(5);
            chance = NO_JITTER;
            assertThat(breaker.retryAfter()).isEqualTo(4);
            pass(59_000);
            chance = 0;
            assertThat(breaker.retryAfter()).isEqualTo(1);
            chance = 0.999;
            assertThat(breaker.retryAfter()).isEqualTo(5);
            pass(1_000);
            chance = NO_JITTER;
            calls(1, false);
        }
    }

    @Test
    void three_good_probes_close_it_and_a_fourth_request_waits_for_them() {
        calls(20, false);
        pass(5_000);

        assertThat(breaker.tryAcquire()).isTrue();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        assertThat(breaker.tryAcquire()).isTrue();
        assertThat(breaker.tryAcquire()).isTrue();
        assertThat(breaker.tryAcquire()).isFalse();

        breaker.record(true);
        breaker.record(true);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        breaker.record(true);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(breaker.tryAcquire()).isTrue();
    }

    @Test
    void closed_again_it_starts_to_count_from_nothing() {
        calls(20, false);
        pass(5_000);
        calls(3, true);

        calls(19, false);

        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void the_wait_stays_the_same_however_often_probes_fail() {
        calls(20, false);
        for (var tries = 0; tries < 50; tries++) {
            assertThat(breaker.secondsLeft()).isEqualTo(5);
            pass(4_999);
            assertThat(breaker.tryAcquire()).isFalse();
            pass(1);
            calls(1, false);
            assertThat(breaker.state()).isEqualTo(State.OPEN);
        }
    }

    @Test
    void the_wait_varies_by_a_tenth() {
        chance = 0;
        calls(20, false);
        pass(4_499);
        assertThat(breaker.tryAcquire()).isFalse();
        pass(1);
        assertThat(breaker.tryAcquire()).isTrue();

        chance = 1;
        breaker.record(false);
        pass(5_499);
        assertThat(breaker.tryAcquire()).isFalse();
        pass(1);
        assertThat(breaker.tryAcquire()).isTrue();
    }

    @Test
    void probes_that_never_report_are_replaced_after_the_open_time() {
        calls(20, false);
        pass(5_000);
        calls(1, true);
        assertThat(breaker.tryAcquire()).isTrue();
        assertThat(breaker.tryAcquire()).isTrue();

        pass(4_999);
        assertThat(breaker.tryAcquire()).isFalse();
        pass(1);

        calls(2, true);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void results_of_requests_sent_before_it_opened_do_not_close_it() {
        calls(20, false);

        for (var i = 0; i < 10; i++) {
            breaker.record(true);
        }

        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    private void calls(int count, boolean ok) {
        for (var i = 0; i < count; i++) {
            assertThat(breaker.tryAcquire()).isTrue();
            breaker.record(ok);
        }
    }

    private void pass(long millis) {
        clock.addAndGet(Duration.ofMillis(millis).toNanos());
    }
}
