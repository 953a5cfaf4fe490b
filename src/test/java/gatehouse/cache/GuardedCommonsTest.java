package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.cluster.Commons;
import gatehouse.cluster.MemoryCommons;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** How long what nodes share is waited for. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GuardedCommonsTest {
    private static final Duration TTL = Duration.ofSeconds(30);

    private static Vertx vertx;
    private final Slow slow = new Slow();
    private final Commons guarded = new GuardedCommons(vertx, slow, Duration.ofMillis(20), Duration.ofMillis(200));

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() throws Exception {
        TestGateway.await(vertx.close());
    }

    /** Answers late, or never. */
    private static final class Slow extends FlawedCommons {
        private final AtomicInteger asked = new AtomicInteger();
        private volatile long millis;
        private volatile boolean isBroken;

        Slow() {
            super(new MemoryCommons(System::nanoTime));
        }

        @Override
        <T> Future<T> ask(String name, Supplier<Future<T>> question) {
            asked.incrementAndGet();
            if (isBroken) {
                throw new IllegalStateException("broken");
            }
            var answer = question.get();
            return millis == 0
                    ? answer
                    : vertx.timer(millis, TimeUnit.MILLISECONDS).compose(late -> answer);
        }
    }

    private void fails() {
        assertThatThrownBy(() -> TestGateway.await(guarded.read(List.of("a")))).isInstanceOf(Exception.class);
    }

    @Test
    void after_three_that_are_not_answered_nothing_is_asked_for_a_while_and_then_one() throws Exception {
        slow.millis = 60_000;
        for (var i = 0; i < 50; i++) {
            fails();
        }
        assertThat(slow.asked).hasValueLessThan(50); // three, and one each pause on a busy machine
        slow.millis = 0;
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (guarded.read(List.of("a")).failed() && System.nanoTime() < end) {
            LockSupport.parkNanos(10_000_000);
        }
        assertThat(TestGateway.await(guarded.read(List.of("a")))).hasSize(1);
    }

    @Test
    void a_question_that_can_t_even_be_asked_has_failed() {
        slow.isBroken = true;
        fails();
    }

    @Test
    void a_lease_that_comes_too_late_is_given_back() throws Exception {
        slow.millis = 400;
        assertThatThrownBy(() -> TestGateway.await(guarded.acquire("a", 0, TTL)))
                .isInstanceOf(Exception.class);
        slow.millis = 0;
        Waiting.until("it is given back", () -> slow.asked.get() >= 2);
        assertThat(TestGateway.await(slow.memory.acquire("a", 0, TTL)).isGiven())
                .isTrue();
    }

    @Test
    void what_answers_in_time_is_asked_each_time() throws Exception {
        for (var i = 0; i < 20; i++) {
            TestGateway.await(guarded.read(List.of("a")));
        }
        assertThat(slow.asked).hasValue(20);
    }
}
