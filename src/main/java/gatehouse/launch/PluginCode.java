package gatehouse.launch;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The classes of a jar, in a class loader of their own. They are read from a copy, as a jar that is overwritten while classes
 * are still loaded from it breaks them.
 */
final class PluginCode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PluginCode.class);

    private final Path copy;
    private final URLClassLoader loader;
    private final String digest;

    private PluginCode(Path copy, URLClassLoader loader, String digest) {
        this.copy = copy;
        this.loader = loader;
        this.digest = digest;
    }

    /** Reads a jar; blocks. */
    static PluginCode of(Path jar) throws IOException {
        var copy = Files.createTempFile("gatehouse-plugin", ".jar");
        try {
            Files.write(copy, Files.readAllBytes(jar));
            var loader = new URLClassLoader(new URL[] {copy.toUri().toURL()}, PluginCode.class.getClassLoader());
            return new PluginCode(copy, loader, digest(copy));
        } catch (IOException e) {
            Files.deleteIfExists(copy);
            throw e;
        }
    }

    ClassLoader loader() {
        return loader;
    }

    /** Whether the jar has other bytes by now; blocks. */
    boolean differsFrom(Path jar) {
        try {
            return !digest(jar).equals(digest);
        } catch (IOException e) {
            LOG.warn("{} can't be read, its classes stay: {}", jar, e.toString());
            return false;
        }
    }

    private static String digest(Path jar) throws IOException {
        try {
            var bytes = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
            return HexFormat.of().formatHex(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            loader.close();
            Files.deleteIfExists(copy);
        } catch (IOException e) {
            LOG.warn("{} can't be removed: {}", copy, e.toString());
        }
    }
}
