package gatehouse.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import gatehouse.config.AccessLogConfig.Format;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands on the path of every exchange makes no garbage. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AllocationTest {
    private static final int ROUNDS = 10_000;
    private static final long FOR_THE_MEASUREMENT_ITSELF = 4096;

    private final Facts facts = new Facts();

    @ParameterizedTest
    @EnumSource(Format.class)
    void a_log_line_allocates_nothing(Format format) {
        facts.query = "a=1&token=secret&b=2";
        facts.userAgent = "Mozilla/5.0 \"quoted\" ü";
        facts.referer = "https://example.com/?key=1";
        facts.consumer = "alice";
        var line = LineFormat.of(format);
        var chunk = new Chunk();
        assertThat(allocatedBy(() -> {
                    chunk.clear();
                    line.encode(facts, chunk);
                    chunk.endLine();
                }))
                .isLessThan(FOR_THE_MEASUREMENT_ITSELF);
    }

    @Test
    void counting_an_exchange_allocates_nothing() {
        try (var metrics = new Metrics()) {
            var lane = metrics.lane();
            var route = lane.route("users");
            facts.problem = "bad-gateway";
            assertThat(allocatedBy(() -> {
                        lane.begin();
                        lane.record(route, facts);
                    }))
                    .isLessThan(FOR_THE_MEASUREMENT_ITSELF);
        }
    }

    private static long allocatedBy(Runnable step) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < ROUNDS; i++) {
            step.run();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ROUNDS; i++) {
            step.run();
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
