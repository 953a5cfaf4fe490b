package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.Share;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RetryBudgetTest {
    private final AtomicLong clock = new AtomicLong(-Duration.ofSeconds(3).toNanos());
    private final RetryBudget budget = new RetryBudget(new Share(0.2), clock::get);

    @Test
    void three_retries_a_second_are_free() {
        assertThat(retries(10)).isEqualTo(3);
        pass(999);
        assertThat(retries(10)).isZero();
        pass(1);
        assertThat(retries(10)).isEqualTo(3);
        pass(60_000);
        assertThat(retries(10)).isEqualTo(3);
    }

    @Test
    void a_fifth_of_the_requests_may_be_retried_besides() {
        requests(100);

        assertThat(retries(100)).isEqualTo(23);
    }

    @Test
    void a_refused_retry_costs_nothing() {
        retries(1000);
        requests(100);

        assertThat(retries(100)).isEqualTo(20);
    }

    @Test
    void requests_older_than_ten_seconds_earn_nothing() {
        requests(100);
        pass(9_000);
        assertThat(retries(13)).isEqualTo(13);
        pass(1_000);

        assertThat(retries(100)).isEqualTo(3);
    }

    @Test
    void in_a_storm_the_target_sees_a_fifth_more_and_three_a_second() {
        var retries = 0;
        for (var second = 0; second < 60; second++) {
            for (var i = 0; i < 100; i++) {
                budget.request();
                retries += retries(1);
                pass(10);
            }
        }

        assertThat(retries).isBetween(6000 / 5, 6000 / 5 + 3 * 61);
    }

    @Test
    void threads_together_get_no_more_than_one_alone() throws Exception {
        requests(1000);
        var threads = Executors.newFixedThreadPool(4);
        try {
            var shares = new ArrayList<Future<Integer>>();
            for (var i = 0; i < 4; i++) {
                shares.add(threads.submit(() -> retries(1000)));
            }
            var taken = 0;
            for (var share : shares) {
                taken += share.get(30, TimeUnit.SECONDS);
            }
            // At the limit two threads may each see the other's attempt and both let go.
            assertThat(taken + retries(4)).isEqualTo(203);
        } finally {
            threads.shutdownNow();
        }
    }

    private void requests(int count) {
        for (var i = 0; i < count; i++) {
            budget.request();
        }
    }

    private int retries(int wanted) {
        var got = 0;
        for (var i = 0; i < wanted; i++) {
            got += budget.tryRetry() ? 1 : 0;
        }
        return got;
    }

    private void pass(long millis) {
        clock.addAndGet(Duration.ofMillis(millis).toNanos());
    }
}
