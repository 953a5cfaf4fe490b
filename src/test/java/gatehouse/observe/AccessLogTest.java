package gatehouse.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.AccessLogConfig;
import gatehouse.config.AccessLogConfig.Format;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
@DisplayNameGeneration(ReplaceUnderscores.class)
class AccessLogTest {
    private final Facts facts = new Facts();

    @TempDir
    Path folder;

    @Test
    void lines_of_all_lanes_are_in_the_file_after_close() throws Exception {
        var log = AccessLog.open(folder, new AccessLogConfig(Format.JSON, "logs/access.log", null));
        var one = log.lane();
        var two = log.lane();
        for (int i = 0; i < 2_000; i++) {
            facts.requestId = "one-" + i;
            one.write(facts);
            facts.requestId = "two-" + i;
            two.write(facts);
        }
        one.flush();
        one.close();
        two.close();
        log.close();

        List<String> lines = Files.readAllLines(folder.resolve("logs/access.log"));
        assertThat(lines).hasSize(4_000).allMatch(line -> line.startsWith("{\"time\":") && line.endsWith("}"));
        assertThat(lines.stream().filter(line -> line.contains("\"one-")))
                .hasSize(2_000)
                .first()
                .asString()
                .contains("\"one-0\"");
        assertThat(log.dropped()).isZero();
    }

    @Test
    void a_file_is_appended_to_and_never_cut() throws Exception {
        Path file = Files.writeString(folder.resolve("access.log"), "before\n");
        for (int i = 0; i < 2; i++) {
            var log = AccessLog.open(folder, new AccessLogConfig(Format.COMBINED, file.toString(), null));
            var lane = log.lane();
            lane.write(facts);
            lane.close();
            log.close();
        }
        assertThat(Files.readAllLines(file)).hasSize(3).startsWith("before");
    }

    @Test
    void a_file_that_cannot_be_opened_is_told_at_once() {
        assertThatThrownBy(() -> AccessLog.open(folder, new AccessLogConfig(Format.JSON, ".", null)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void a_file_that_was_moved_away_is_opened_anew() throws Exception {
        var clock = new AtomicLong();
        Path file = folder.resolve("access.log");
        try (var sink = LogFile.open(file, null, clock::get)) {
            sink.write(bytes("one"));
            Files.move(file, folder.resolve("access.log.1"));
            clock.addAndGet(TimeUnit.SECONDS.toNanos(2));
            sink.write(bytes("two"));
            Files.delete(file);
            clock.addAndGet(TimeUnit.SECONDS.toNanos(2));
            sink.write(bytes("three"));
        }
        assertThat(folder.resolve("access.log.1")).hasContent("one");
        assertThat(file).hasContent("three");
    }

    @Test
    void a_writer_that_hangs_blocks_no_lane_and_what_is_over_the_queue_is_counted() throws Exception {
        var sink = new Gate();
        var log = new AccessLog(Format.JSON, sink, System::nanoTime, 1);
        var lane = log.lane();
        lane.write(facts);
        lane.flush();
        sink.awaitWriter(); // from here on it takes nothing out of the queue
        int written = 1;
        while (log.dropped() == 0) {
            lane.write(facts);
            written++;
        }
        assertThat((long) written * 330).isBetween(2L * 1024 * 1024, 3L * 1024 * 1024);
        lane.write(facts);
        assertThat(log.dropped()).isEqualTo(2);

        sink.open();
        sink.awaitLines(written - 1 - Chunk.CAPACITY / 250);
        lane.close();
        log.close();
        assertThat(sink.lines()).isEqualTo(written - 1);
    }

    @Test
    void while_the_writer_is_behind_a_flush_keeps_filling_the_same_chunk() throws Exception {
        var sink = new Gate();
        var log = new AccessLog(Format.JSON, sink, System::nanoTime, 1);
        var lane = log.lane();
        for (int i = 0; i < 1_000; i++) {
            lane.write(facts);
            lane.flush();
        }
        assertThat(log.dropped()).isZero();
        sink.open();
        lane.close();
        log.close();
        assertThat(sink.lines()).isEqualTo(1_000);
        assertThat(sink.writes()).isLessThan(20);
    }

    @Test
    void writing_goes_on_by_itself_after_a_failure_and_no_line_is_torn() throws Exception {
        var sink = new Gate();
        sink.failFirst(3);
        sink.open();
        var log = new AccessLog(Format.JSON, sink, System::nanoTime, 1);
        var lane = log.lane();
        lane.write(facts);
        lane.flush();
        sink.awaitLines(1);
        lane.write(facts);
        lane.close();
        log.close();
        assertThat(sink.text().lines()).hasSize(2).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
        assertThat(log.dropped()).isZero();
    }

    @Test
    void close_gives_up_on_a_disk_that_stays_full() {
        var sink = new Gate();
        sink.failFirst(Integer.MAX_VALUE);
        sink.open();
        var log = new AccessLog(Format.JSON, sink, System::nanoTime, 60_000);
        var lane = log.lane();
        lane.write(facts);
        lane.close();
        log.close();
        lane.write(facts);
        lane.close();
        assertThat(log.dropped()).isEqualTo(2);
    }

    @Test
    void close_returns_although_a_write_hangs() {
        var log = new AccessLog(Format.JSON, new Gate(), System::nanoTime, 1);
        var lane = log.lane();
        lane.write(facts);
        lane.close();
        long before = System.nanoTime();
        log.close();
        assertThat(System.nanoTime() - before).isBetween(0L, TimeUnit.SECONDS.toNanos(20));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_pipe_that_nobody_reads_yet_does_not_hold_up_the_start() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        var log = AccessLog.open(folder, new AccessLogConfig(Format.COMBINED, "pipe", null));
        var lane = log.lane();
        lane.write(facts);
        lane.flush();
        try (var reader = Files.newBufferedReader(pipe)) {
            assertThat(reader.readLine()).startsWith("192.0.2.7 - - [");
            lane.close();
            log.close();
            assertThat(reader.readLine()).isNull();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_full_device_costs_lines_and_nothing_else() throws Exception {
        var log = AccessLog.open(folder, new AccessLogConfig(Format.JSON, "/dev/full", null));
        var lane = log.lane();
        lane.write(facts);
        lane.close();
        log.close();
        assertThat(log.dropped()).isEqualTo(1);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A place to write to that is shut until it is opened, and that fails as often as it is told, half-way. */
    private static final class Gate implements LogSink {
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);
        private final Semaphore lines = new Semaphore(0);
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private int failures;
        private int writes;

        void open() {
            open.countDown();
        }

        void failFirst(int count) {
            failures = count;
        }

        void awaitWriter() throws InterruptedException {
            assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();
        }

        void awaitLines(int count) throws InterruptedException {
            assertThat(lines.tryAcquire(count, 30, TimeUnit.SECONDS)).isTrue();
        }

        synchronized long lines() {
            return text().lines().count();
        }

        synchronized int writes() {
            return writes;
        }

        synchronized String text() {
            return written.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            entered.countDown();
            try {
                open.await();
            } catch (InterruptedException closed) {
                throw new IOException("interrupted", closed);
            }
            synchronized (this) {
                writes++;
                boolean fails = failures-- > 0;
                for (int left = fails ? bytes.remaining() / 2 : bytes.remaining(); left > 0; left--) {
                    byte next = bytes.get();
                    written.write(next);
                    if (next == '\n') {
                        lines.release();
                    }
                }
                if (fails) {
                    throw new IOException("No space left on device");
                }
            }
        }

        @Override
        public void close() {}
    }
}
