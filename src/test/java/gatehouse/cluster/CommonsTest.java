package gatehouse.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What holds for what nodes have in common wherever it is kept; other places are tested by classes that extend this one. */
@DisplayNameGeneration(ReplaceUnderscores.class)
public class CommonsTest {
    /** Nothing ends that is given so long, however slow the machine. */
    private static final Duration LASTING = Duration.ofMinutes(5);

    private final AtomicLong now = new AtomicLong(1_000_000);
    private final Commons memory = new MemoryCommons(now::get);
    private final String a = UUID.randomUUID().toString();
    private final String b = UUID.randomUUID().toString();

    /** One node's way to it. */
    protected Commons one() {
        return memory;
    }

    /** Another node's way to the same. */
    protected Commons other() {
        return memory;
    }

    /** A span that the test may wait for; whether it is over before is not known. */
    protected Duration span() {
        return Duration.ofSeconds(5);
    }

    /** Lets time pass for it. */
    protected void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /** Waits for real. */
    protected static void wait(Duration time) {
        var end = System.nanoTime() + time.toNanos();
        for (var left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static <T> T of(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private static long number(Future<Commons.Lease> asked) {
        var lease = of(asked);
        assertThat(lease.isGiven()).isTrue();
        return lease.number();
    }

    private static Buffer bytes(String text) {
        return Buffer.buffer(text);
    }

    private Commons.Value value(Commons at, String key) {
        return of(at.read(List.of(key))).get(0);
    }

    @Test
    void one_has_the_lease_until_it_is_given_back() {
        var first = number(one().acquire(a, 0, LASTING));
        assertThat(first).isPositive();
        assertThat(of(other().acquire(a, 0, LASTING)).isGiven()).isFalse();
        assertThat(of(one().acquire(a, 0, LASTING)).isGiven()).isFalse();
        assertThat(number(other().acquire(b, 0, LASTING))).isPositive();
        of(one().release(a, first));
        assertThat(number(other().acquire(a, 0, LASTING))).isGreaterThan(first);
    }

    @Test
    void of_many_that_want_a_lease_one_gets_it() {
        var asked = new ArrayList<Future<Commons.Lease>>();
        for (var i = 0; i < 50; i++) {
            asked.add((i % 2 == 0 ? one() : other()).acquire(a, 0, LASTING));
        }
        assertThat(asked.stream().map(CommonsTest::of).filter(Commons.Lease::isGiven))
                .hasSize(1);
    }

    @Test
    void it_ends_by_itself_and_the_next_one_has_a_greater_number() {
        var first = number(one().acquire(a, 0, span()));
        pass(span().plusMillis(1));
        assertThat(number(other().acquire(a, 0, LASTING))).isGreaterThan(first);
    }

    @Test
    void who_does_not_get_it_is_told_which_one_stands_there_and_for_how_long_still() {
        var first = number(one().acquire(a, 0, LASTING));
        pass(span());
        var denied = of(other().acquire(a, 0, LASTING));
        assertThat(denied.number()).isEqualTo(first);
        assertThat(denied.left())
                .isBetween(LASTING.dividedBy(2), LASTING.minus(span()).plusMillis(1));
    }

    @Test
    void it_lives_on_when_it_is_extended_in_time() {
        var first = number(one().acquire(a, 0, span()));
        while (!of(one().extend(a, first, LASTING))) { // not in time
            first = number(one().acquire(a, 0, span()));
        }
        pass(span().plusMillis(1));
        assertThat(of(other().acquire(a, 0, LASTING)).isGiven()).isFalse();
        assertThat(of(one().extend(a, first, span()))).isTrue();
        pass(span().plusMillis(1));
        assertThat(of(one().extend(a, first, LASTING))).isFalse();
    }

    @Test
    void who_has_lost_it_can_neither_extend_nor_give_back_that_of_another_one() {
        var first = number(one().acquire(a, 0, span()));
        pass(span().plusMillis(1));
        var second = number(other().acquire(a, 0, LASTING));
        of(one().release(a, first));
        assertThat(of(one().extend(a, first, LASTING))).isFalse();
        assertThat(of(one().acquire(a, 0, LASTING)).isGiven()).isFalse();
        assertThat(of(other().extend(a, second, LASTING))).isTrue();
    }

    @Test
    void its_number_is_above_what_it_is_told() {
        var far = Long.MAX_VALUE / 4096;
        assertThat(number(one().acquire(a, far, span()))).isGreaterThan(far);
    }

    @Test
    void what_was_written_is_read_by_others_with_its_number_and_age() {
        assertThat(of(one().commit(a, 7, bytes("text\0\u00ff"), LASTING))).isTrue();
        pass(span());
        var found = Objects.requireNonNull(value(other(), a));
        assertThat(found.number()).isEqualTo(7);
        assertThat(found.bytes()).isEqualTo(bytes("text\0\u00ff"));
        assertThat(found.age()).isBetween(span().minusMillis(20), LASTING.dividedBy(2));
        assertThat(of(other().read(List.of(b, a)))).first().isNull();
        assertThat(of(other().read(List.of(b, a))).get(1)).isNotNull();
    }

    @Test
    void what_is_older_is_refused() {
        assertThat(of(one().commit(a, 7, bytes("seven"), LASTING))).isTrue();
        assertThat(of(other().commit(a, 6, bytes("six"), LASTING))).isFalse();
        assertThat(of(other().commit(a, 7, bytes("again"), LASTING))).isFalse();
        assertThat(of(other().commit(a, 8, bytes("eight"), LASTING))).isTrue();
        assertThat(Objects.requireNonNull(value(one(), a)).bytes()).isEqualTo(bytes("eight"));
    }

    @Test
    void a_value_ends() {
        of(one().commit(a, 7, bytes("seven"), span()));
        pass(span().plusMillis(1));
        assertThat(value(other(), a)).isNull();
        assertThat(of(other().commit(a, 6, bytes("six"), LASTING))).isTrue();
    }
}
