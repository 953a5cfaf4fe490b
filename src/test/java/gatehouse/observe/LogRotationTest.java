package gatehouse.observe;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.AccessLogConfig;
import gatehouse.config.Size;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LogRotationTest {
    private final AtomicLong nanos = new AtomicLong();

    @TempDir
    private Path folder;

    private LogFile file;

    @BeforeEach
    void open() throws Exception {
        var rotate = new AccessLogConfig.Rotate(new Size(10), Duration.ofHours(1), 2);
        file = LogFile.open(folder.resolve("access.log"), rotate, nanos::get);
    }

    private void write(String text) throws Exception {
        file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private String read(String name) throws Exception {
        return Files.readString(folder.resolve(name));
    }

    @Test
    void a_file_is_put_aside_before_it_grows_too_large() throws Exception {
        write("aaaa\n");
        write("bbbb\n");
        write("cccc\n");

        assertThat(read("access.log")).isEqualTo("cccc\n");
        assertThat(read("access.log.1")).isEqualTo("aaaa\nbbbb\n");
    }

    @Test
    void only_so_many_are_kept_and_no_line_stands_twice() throws Exception {
        for (var text : new String[] {"aaaaaaa\n", "bbbbbbb\n", "ccccccc\n", "ddddddd\n"}) {
            write(text);
        }

        assertThat(read("access.log") + read("access.log.1") + read("access.log.2"))
                .isEqualTo("ddddddd\nccccccc\nbbbbbbb\n");
        assertThat(folder.toFile().list()).hasSize(3);
    }

    @Test
    void a_file_is_put_aside_when_it_is_old() throws Exception {
        write("a\n");
        nanos.addAndGet(Duration.ofMinutes(59).toNanos());
        write("b\n");
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        write("c\n");

        assertThat(read("access.log")).isEqualTo("c\n");
        assertThat(read("access.log.1")).isEqualTo("a\nb\n");
    }

    @Test
    void where_it_can_not_be_put_aside_the_file_goes_on() throws Exception {
        Files.createDirectories(folder.resolve("access.log.2").resolve("in the way"));
        write("aaaaaaa\n");
        write("bbbbbbb\n");
        write("ccccccc\n");

        assertThat(read("access.log")).isEqualTo("bbbbbbb\nccccccc\n");
    }
}
