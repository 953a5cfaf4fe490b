package gatehouse.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    static PidFile take(Path path) throws NotTakenException {
        try {
            var folder = path.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            while (true) {
                var channel = FileChannel.open(
                        path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                if (!lock(channel)) {
                    var owner = read(channel);
                    channel.close();
                    throw new NotTakenException("node.pidFile: " + path + " is locked by process " + owner
                            + ", which runs on the same files. Stop it first, or give this one a file of its own.");
                }
                var taken = new PidFile(path, channel);
                if (taken.writes(ProcessHandle.current().pid() + "\n")) {
                    return taken;
                }
                channel.close(); // its owner removed it between our opening and our locking
            }
        } catch (IOException e) {
            throw new NotTakenException("node.pidFile: " + path + " can't be written: " + e, e);
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

    /** Whether what is written to the locked file can be read at the path, so that it is the same file still. */
    private boolean writes(String text) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
        channel.truncate(text.length());
        try {
            return Files.readString(path, StandardCharsets.US_ASCII).equals(text);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Removes the file, then lets go of it. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(path);
            channel.close();
        } catch (IOException e) {
            LOG.warn("node.pidFile: {} can't be removed: {}", path, e.toString());
        }
    }
}
