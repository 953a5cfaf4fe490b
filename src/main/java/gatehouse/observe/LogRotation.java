package gatehouse.observe;

import gatehouse.config.AccessLogConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a log file aside when it is large or old enough: {@code FILE} as {@code FILE.1}, that as {@code FILE.2}. Used by one thread. */
final class LogRotation {
    private static final Logger LOG = LoggerFactory.getLogger(LogRotation.class);

    /** After a failure, so that a folder that can't be written is not tried with each write. */
    private static final long RETRY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Path path;
    private final AccessLogConfig.Rotate rotate;
    private final LongSupplier nanoTime;
    private long openedAt;
    private long notBefore;

    LogRotation(Path path, AccessLogConfig.Rotate rotate, LongSupplier nanoTime) {
        this.path = path;
        this.rotate = rotate;
        this.nanoTime = nanoTime;
        this.openedAt = nanoTime.getAsLong();
        this.notBefore = openedAt;
    }

    /** The file was opened. */
    void opened() {
        openedAt = nanoTime.getAsLong();
    }

    /** Whether a file that would grow to so many bytes has to go. */
    boolean isDue(long bytes) {
        var now = nanoTime.getAsLong();
        return now - notBefore >= 0
                && (bytes > rotate.size().bytes()
                        || now - openedAt >= rotate.age().toNanos());
    }

    /** Makes room for a new file. Where that fails, the present one goes on, as a large log is better than none. */
    void rotate() {
        try {
            for (var number = rotate.keep() - 1; number >= 1; number--) {
                if (Files.exists(numbered(number))) {
                    move(numbered(number), numbered(number + 1));
                }
            }
            if (Files.exists(path) && Files.size(path) > 0) {
                move(path, numbered(1));
            }
        } catch (IOException e) {
            notBefore = nanoTime.getAsLong() + RETRY_NANOS;
            LOG.warn("{} can't be put aside, it is written on: {}", path, e.toString());
        }
    }

    private Path numbered(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
