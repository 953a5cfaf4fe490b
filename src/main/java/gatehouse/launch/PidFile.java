package gatehouse.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code node.pidFile}: holds the process id and is locked for the life of the process. The lock is what counts;
 * a file that a killed process left behind is taken over.
 */
final class PidFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PidFile.class);

    private final Path path;
    private final FileChannel channel;

    private PidFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Takes the file.
     *
     * @throws NotTakenException when another process has it, with that one's id, or when it can't be written
     */
    static PidFile take(Path path) {
        try {
            var folder = path.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            while (true) {
                var taken = tryToTake(path);
                if (taken != null) {
                    return taken;
                }
            }
        } catch (IOException e) {
            throw FileTrouble.of("node.pidFile", path, e);
        }
    }

    /** Null when the file was removed by its owner while it was being taken. */
    private static @Nullable PidFile tryToTake(Path path) throws IOException {
        if (!Files.exists(path)) {
            createFile(path);
        }
        var before = keyOf(path);
        FileChannel channel;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            return null;
        }
        if (!lock(channel)) {
            var owner = read(channel);
            channel.close();
            throw new NotTakenException("node.pidFile: " + path + " is locked by process " + owner
                    + ", which runs on the same files. Stop it first, or give this one a file of its own.");
        }
        if (!before.equals(keyOf(path))) {
            channel.close();
            return null;
        }
        var text = ProcessHandle.current().pid() + "\n";
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
        channel.truncate(text.length());
        return new PidFile(path, channel);
    }

    private static void createFile(Path path) throws IOException {
        try {
            Files.createFile(path);
        } catch (FileAlreadyExistsException e) {
            LOG.debug("{} was made by another process meanwhile", path, e);
        }
    }

    /** Which file a path names; asked without opening it, as closing would give up the lock (POSIX, fcntl). */
    private static Optional<Object> keyOf(Path path) throws IOException {
        try {
            return Optional.ofNullable(
                    Files.readAttributes(path, BasicFileAttributes.class).fileKey());
        } catch (NoSuchFileException e) {
            return Optional.of(e); // equal to no key
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        var bytes = ByteBuffer.allocate(32);
        channel.read(bytes, 0);
        return StandardCharsets.US_ASCII.decode(bytes.flip()).toString().strip();
    }

    /** Removes the file, then lets go of it; once, as a file that is there later is another process's. */
    @Override
    public synchronized void close() {
        if (!channel.isOpen()) {
            return;
        }
        try {
            Files.deleteIfExists(path);
            channel.close();
        } catch (IOException e) {
            LOG.warn("node.pidFile: {} can't be removed: {}", path, FileTrouble.words(path, e));
        }
    }
}
