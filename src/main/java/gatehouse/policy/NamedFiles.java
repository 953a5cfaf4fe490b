package gatehouse.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The files that the settings of policies name, relative to the configuration's folder. Remembers which were asked for, so
 * that a change of one is a change of the configuration. Used by one thread.
 */
public final class NamedFiles {
    private final Path folder;
    private final boolean sealed;
    private final Set<Path> asked = new LinkedHashSet<>();

    /**
     * The files of one configuration.
     *
     * @param sealed whether nothing may be read, as whoever asks need not be allowed to know what there is
     */
    public NamedFiles(Path folder, boolean sealed) {
        this.folder = folder;
        this.sealed = sealed;
    }

    /** Whether nothing may be read. */
    public boolean areSealed() {
        return sealed;
    }

    /**
     * The content of a file.
     *
     * @param mostBytes a longer one is not read
     * @throws IOException what is wrong with it, fit to stand behind its name
     */
    public byte[] read(String name, int mostBytes) throws IOException {
        if (sealed) {
            throw new IOException("can't be read here");
        }
        var file = folder.resolve(name).normalize();
        asked.add(file);
        if (!Files.isRegularFile(file)) {
            throw new IOException("does not exist or is no file");
        }
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(mostBytes + 1);
            if (bytes.length > mostBytes) {
                throw new IOException("is longer than " + mostBytes + " bytes");
            }
            return bytes;
        } catch (java.nio.file.FileSystemException e) {
            throw new IOException("can't be read", e);
        }
    }

    /** Every file that was asked for, whether or not it is there. */
    public Set<Path> asked() {
        return Set.copyOf(asked);
    }
}
