package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A rejected configuration is read again and again: a large one must not take a processor for that. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ModerationTest {
    private final AtomicLong now = new AtomicLong(5);
    private final Moderation moderation = new Moderation(now::get);

    @Test
    void what_takes_long_is_done_a_tenth_of_the_time() throws Exception {
        assertThat(moderation.isDue()).isTrue();
        assertThat(moderation.timed(() -> now.addAndGet(100))).isEqualTo(105);

        now.addAndGet(899);
        assertThat(moderation.isDue()).isFalse();
        now.addAndGet(1);
        assertThat(moderation.isDue()).isTrue();
    }
}
