package gatehouse.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The files that the settings of policies name, relative to the configuration's folder. Remembers which were asked for and what
 * they held, so that a change of one is a change of the configuration. Used by one thread.
 */
public final class NamedFiles {
    private final Path folder;
    private final boolean sealed;
    private final Map<Path, String> asked = new LinkedHashMap<>();

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
        asked.putIfAbsent(file, "");
        if (!Files.isRegularFile(file)) {
            throw new IOException("does not exist or is no file");
        }
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(mostBytes + 1);
            if (bytes.length > mostBytes) {
                throw new IOException("is longer than " + mostBytes + " bytes");
            }
            asked.put(file, digest(bytes));
            return bytes;
        } catch (java.nio.file.FileSystemException e) {
            throw new IOException("can't be read", e);
        }
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every file that was asked for with a hash of its bytes, or with nothing where they could not be had. */
    public Map<Path, String> asked() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(asked));
    }
}
