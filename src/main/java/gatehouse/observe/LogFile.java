package gatehouse.observe;

import gatehouse.config.AccessLogConfig;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A file that is appended to. After a failure it is opened anew, and so it is when another program moved or removed it,
 * which is how log rotation works; that is looked at once a second.
 */
final class LogFile implements LogSink {
    private static final long LOOK_NANOS = 1_000_000_000L;

    private final Path path;
    private final @Nullable LogRotation rotation;
    private final LongSupplier nanoTime;
    private volatile @Nullable FileChannel channel;
    private @Nullable Object key;
    private long lookAt;

    private LogFile(Path path, @Nullable LogRotation rotation, LongSupplier nanoTime) {
        this.path = path;
        this.rotation = rotation;
        this.nanoTime = nanoTime;
    }

    /** Opens the file, so that a wrong path is told at once; a pipe is opened by the writer since that may wait. */
    static LogFile open(Path path, AccessLogConfig.@Nullable Rotate rotate, LongSupplier nanoTime) throws IOException {
        var rotation = rotate == null || isPipe(path) ? null : new LogRotation(path, rotate, nanoTime);
        var file = new LogFile(path, rotation, nanoTime);
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
        if (!isPipe(path)) {
            file.reopen();
        }
        return file;
    }

    /** Standard output, which is never closed. */
    static LogSink standardOutput() {
        var output = new FileOutputStream(FileDescriptor.out);
        return new LogSink() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
                output.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
                bytes.position(bytes.limit());
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        FileChannel open = channel;
        if (open == null || isMoved()) {
            open = reopen();
        }
        if (rotation != null && rotation.isDue(open.size() + bytes.remaining())) {
            close();
            rotation.rotate();
            open = reopen();
        }
        try {
            while (bytes.hasRemaining()) {
                open.write(bytes);
            }
        } catch (IOException failure) {
            close();
            throw failure;
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    private FileChannel reopen() throws IOException {
        close();
        var open =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        key = keyOf(path);
        lookAt = nanoTime.getAsLong() + LOOK_NANOS;
        if (rotation != null) {
            rotation.opened();
        }
        channel = open;
        return open;
    }

    private boolean isMoved() throws IOException {
        long now = nanoTime.getAsLong();
        if (now - lookAt < 0) {
            return false;
        }
        lookAt = now + LOOK_NANOS;
        return !Objects.equals(key, keyOf(path));
    }

    private static @Nullable Object keyOf(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException gone) {
            return gone; // equal to no key
        }
    }

    private static boolean isPipe(Path path) throws IOException {
        return Files.exists(path)
                && Files.readAttributes(path, BasicFileAttributes.class).isOther();
    }
}
