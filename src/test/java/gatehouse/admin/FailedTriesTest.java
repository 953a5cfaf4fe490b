package gatehouse.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FailedTriesTest {
    private long now = Long.MAX_VALUE - 5;
    private final FailedTries tries = new FailedTries(() -> now);

    @Test
    void the_eleventh_try_within_a_minute_waits_until_the_first_is_a_minute_old() {
        tries.failed("a");
        pass(20);
        fail("a", 8);
        assertThat(tries.retryAfterSeconds("a")).isZero();
        tries.failed("a");
        assertThat(tries.retryAfterSeconds("a")).isEqualTo(40);
        pass(39);
        assertThat(tries.retryAfterSeconds("a")).isEqualTo(1);
        pass(1);
        assertThat(tries.retryAfterSeconds("a")).isZero();
        tries.failed("a");
        assertThat(tries.retryAfterSeconds("a")).isEqualTo(20);
    }

    @Test
    void addresses_count_for_themselves() {
        fail("a", 10);
        assertThat(tries.retryAfterSeconds("a")).isEqualTo(60);
        assertThat(tries.retryAfterSeconds("b")).isZero();
    }

    @Test
    void many_rounds_keep_the_newest_ten() {
        for (var i = 0; i < 95; i++) {
            tries.failed("a");
            pass(1);
        }
        // the tenth newest is ten seconds old
        assertThat(tries.retryAfterSeconds("a")).isEqualTo(50);
    }

    @Test
    void of_very_many_addresses_those_that_failed_last_are_known() {
        fail("first", 10);
        for (var i = 0; i < 1024; i++) {
            fail("other-" + i, 10);
        }
        assertThat(tries.retryAfterSeconds("first")).isZero();
        assertThat(tries.retryAfterSeconds("other-1023")).isEqualTo(60);
    }

    private void fail(String address, int times) {
        for (var i = 0; i < times; i++) {
            tries.failed(address);
        }
    }

    private void pass(long seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }
}
