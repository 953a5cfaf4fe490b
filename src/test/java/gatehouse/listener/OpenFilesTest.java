package gatehouse.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the gateway knows that files run out. The clock is turned by hand. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenFilesTest {
    private final AtomicLong now = new AtomicLong(-5);
    private final AtomicLong open = new AtomicLong(50);
    private final AtomicInteger counts = new AtomicInteger();

    private final OpenFiles files = new OpenFiles(
            100,
            () -> {
                counts.incrementAndGet();
                return open.get();
            },
            now::get);

    @Test
    void nine_of_ten_are_nearly_all() {
        assertThat(files.areNearlyAllOpen(1)).isFalse();
        now.addAndGet(1_000_000_000);
        open.set(90);
        assertThat(files.areNearlyAllOpen(1)).isTrue();
        now.addAndGet(1_000_000_000);
        open.set(89);
        assertThat(files.areNearlyAllOpen(1)).isFalse();
    }

    @Test
    void clients_of_datagrams_get_a_quarter_however_many_they_are_said_to_be() {
        assertThat(files.datagramClients()).isEqualTo(25);
        assertThat(new OpenFiles(Long.MAX_VALUE, open::get, now::get).datagramClients())
                .isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void they_are_counted_once_a_second_and_connections_in_between() {
        assertThat(files.areNearlyAllOpen(10)).isFalse();
        assertThat(files.areNearlyAllOpen(49)).isFalse();
        assertThat(files.areNearlyAllOpen(50)).isTrue();
        assertThat(files.areNearlyAllOpen(20)).isFalse();
        assertThat(counts).hasValue(1);
    }

    @Test
    void when_none_is_left_to_count_with_all_are_open() {
        var exhausted = new OpenFiles(
                100,
                () -> {
                    throw new InternalError("can't open /proc/self/fd");
                },
                now::get);
        assertThat(exhausted.areNearlyAllOpen(1)).isTrue();
    }

    @ParameterizedTest(name = "{0} files carry {1} connections")
    @CsvSource({"256, 75", "1024, 312", "20000, 11700", "9223372036854775807, 2147483647", "1, 1"})
    void a_limit_of_files_carries_so_many_connections(long limit, int connections) {
        assertThat(new OpenFiles(limit, () -> 0, now::get).carries()).isEqualTo(connections);
    }

    @Test
    void the_usual_number_of_connections_says_where_it_is_from() {
        assertThat(Listeners.usualConnections(new OpenFiles(1024, () -> 0, now::get)))
                .isEqualTo("312 (for 1024 open files)");
        assertThat(Listeners.usualConnections(new OpenFiles(Long.MAX_VALUE, () -> 0, now::get)))
                .isEqualTo("10000");
    }

    @Test
    void what_it_is_said_to_need_is_enough() {
        for (var wanted : new int[] {1, 1000, 10_000, 123_457}) {
            assertThat(new OpenFiles(OpenFiles.neededFor(wanted), () -> 0, now::get).carries())
                    .isGreaterThanOrEqualTo(wanted);
        }
    }
}
