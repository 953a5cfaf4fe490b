package gatehouse.launch;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a set of files looks like. Two are equal in content when the same files have the same bytes, whatever their times;
 * a file that is missing or can't be read counts as such.
 */
record Fingerprint(Map<Path, Look> files) {
    /** Larger than any configuration or jar may be; what lies beyond is not looked at. */
    private static final int MOST_BYTES = 64 << 20;

    private static final int PIECE_BYTES = 64 << 10;

    /**
     * One file.
     *
     * @param size bytes
     * @param modified last change
     * @param key which file it is, as links may lead to another one from one moment to the next
     * @param content hash of its bytes, or a word for what keeps it from being read
     */
    record Look(
            long size,
            @Nullable FileTime modified,
            @Nullable Object key,
            String content) {
        private static final Look MISSING = new Look(0, null, null, "missing");

        private boolean isOf(BasicFileAttributes attributes) {
            return size == attributes.size()
                    && attributes.lastModifiedTime().equals(modified)
                    && Objects.equals(key, attributes.fileKey());
        }
    }

    /**
     * Looks at files.
     *
     * @param before what they looked like earlier; only those that seem to be touched since are read
     * @throws IOException when the process can't read files now, as it has too many open; it says nothing about the files
     */
    static Fingerprint of(Collection<Path> paths, @Nullable Fingerprint before) throws IOException {
        var files = new TreeMap<Path, Look>();
        for (var path : paths) {
            files.put(path, look(path, before == null ? null : before.files.get(path)));
        }
        return new Fingerprint(files);
    }

    private static Look look(Path path, @Nullable Look before) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(path, BasicFileAttributes.class);
        } catch (IOException e) {
            return Look.MISSING;
        }
        // a file that could not be read is tried again: its mode may have changed, which shows in none of these
        if (before != null && before.isOf(attributes) && !before.content.equals("unreadable")) {
            return before;
        }
        return new Look(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey(), content(path));
    }

    private static String content(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            return "no file";
        }
        try (var in = Files.newInputStream(path)) {
            var digest = MessageDigest.getInstance("SHA-256");
            var piece = in.readNBytes(PIECE_BYTES);
            for (var read = piece.length; piece.length > 0 && read <= MOST_BYTES; read += piece.length) {
                digest.update(piece);
                piece = in.readNBytes(PIECE_BYTES);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (AccessDeniedException | NoSuchFileException e) {
            return "unreadable";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the same files have the same bytes. */
    boolean sameContent(Fingerprint other) {
        return files.keySet().equals(other.files.keySet())
                && files.entrySet().stream()
                        .allMatch(entry -> entry.getValue()
                                .content
                                .equals(Objects.requireNonNull(other.files.get(entry.getKey())).content));
    }
}
