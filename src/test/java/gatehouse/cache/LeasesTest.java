package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What holds for leases wherever they are kept; those of other places are tested by a class that extends this one. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class LeasesTest {
    private static final Duration TTL = Duration.ofSeconds(5);

    private final AtomicLong now = new AtomicLong(1_000_000);
    private final AtomicLong numbers = new AtomicLong();
    private final Leases leases = open();

    /** The leases to test, on {@link #pass} as their clock. */
    Leases open() {
        return new MemoryLeases(now::get, numbers::incrementAndGet);
    }

    /** Lets time pass for them. */
    void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    <T> T of(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, java.util.concurrent.TimeUnit.SECONDS)
                .join();
    }

    @Test
    void one_has_the_lease_until_it_is_given_back() {
        var first = of(leases.tryAcquire("a", TTL));
        assertThat(first).isPositive();
        assertThat(of(leases.tryAcquire("a", TTL))).isEqualTo(Leases.NONE);
        assertThat(of(leases.tryAcquire("b", TTL))).isPositive();
        of(leases.release("a", first));
        assertThat(of(leases.tryAcquire("a", TTL))).isGreaterThan(first);
    }

    @Test
    void it_ends_by_itself_and_the_next_one_has_a_greater_number() {
        var first = of(leases.tryAcquire("a", TTL));
        pass(TTL.minusMillis(1));
        assertThat(of(leases.tryAcquire("a", TTL))).isEqualTo(Leases.NONE);
        pass(Duration.ofMillis(1));
        assertThat(of(leases.tryAcquire("a", TTL))).isGreaterThan(first);
    }

    @Test
    void it_lives_on_when_it_is_extended_in_time() {
        var first = of(leases.tryAcquire("a", TTL));
        pass(TTL.dividedBy(2));
        assertThat(of(leases.extend("a", first, TTL))).isTrue();
        pass(TTL.minusMillis(1));
        assertThat(of(leases.tryAcquire("a", TTL))).isEqualTo(Leases.NONE);
        pass(Duration.ofMillis(1));
        assertThat(of(leases.extend("a", first, TTL))).isFalse();
    }

    @Test
    void who_has_lost_it_can_neither_extend_nor_give_back_that_of_another_one() {
        var first = of(leases.tryAcquire("a", TTL));
        pass(TTL);
        var second = of(leases.tryAcquire("a", TTL));
        of(leases.release("a", first));
        assertThat(of(leases.extend("a", first, TTL))).isFalse();
        assertThat(of(leases.tryAcquire("a", TTL))).isEqualTo(Leases.NONE);
        assertThat(of(leases.extend("a", second, TTL))).isTrue();
    }
}
