package gatehouse.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Reads files whole, within a bound, as strict UTF-8. Messages of its exceptions are meant for operators. */
final class ConfigFiles {
    /** Most bytes of a configuration file. */
    static final int MAX_BYTES = 4 << 20;

    private ConfigFiles() {}

    /** Text of a file, without a byte order mark. */
    static String read(Path file, int limit) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("is a folder");
        }
        if (!Files.exists(file)) {
            throw new IOException("does not exist");
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException("is not a regular file");
        }
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new IOException("is larger than " + new Size(limit));
            }
            return decode(bytes);
        } catch (AccessDeniedException e) {
            throw new IOException("can't be read: permission denied", e);
        } catch (NoSuchFileException e) {
            throw new IOException("does not exist", e);
        }
    }

    private static String decode(byte[] bytes) throws IOException {
        var first = bytes.length > 0 ? bytes[0] & 0xff : 0;
        var second = bytes.length > 1 ? bytes[1] & 0xff : 0;
        if ((first == 0xfe && second == 0xff) || (first == 0xff && second == 0xfe)) {
            throw new IOException("is UTF-16, not UTF-8");
        }
        var in = ByteBuffer.wrap(bytes);
        if (first == 0xef && second == 0xbb && bytes.length > 2 && (bytes[2] & 0xff) == 0xbf) {
            in.position(3);
        }
        var out = CharBuffer.allocate(bytes.length);
        var decoder = StandardCharsets.UTF_8.newDecoder();
        if (decoder.decode(in, out, true).isError()) {
            var line = 1 + out.flip().chars().filter(c -> c == '\n').count();
            throw new IOException("is not UTF-8 in line " + line);
        }
        return out.flip().toString();
    }

    /** The configuration files of a folder, sorted; hidden ones don't count, but links that lead nowhere do: something is missing. */
    static List<Path> in(Path folder) throws IOException {
        try (var all = Files.list(folder)) {
            return all.filter(ConfigFiles::isConfiguration)
                    .filter(file -> !Files.isDirectory(file))
                    .sorted()
                    .collect(Collectors.toList());
        }
    }

    private static boolean isConfiguration(Path file) {
        var name = file.getFileName().toString();
        return !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml"));
    }
}
