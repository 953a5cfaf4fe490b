package gatehouse.launch;

import gatehouse.policy.plugin.JarClasses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The classes of a verticle's jar. They are gone when nothing of the verticle is left. */
record PluginCode(JarClasses loader) {
    private static final Logger LOG = LoggerFactory.getLogger(PluginCode.class);
    private static final int MOST_BYTES = 64 << 20;

    /** Reads a jar; blocks. */
    static PluginCode of(Path jar) throws IOException {
        return new PluginCode(JarClasses.of(String.valueOf(jar.getFileName()), read(jar)));
    }

    private static byte[] read(Path jar) throws IOException {
        try (var in = Files.newInputStream(jar)) {
            var bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IOException("it is larger than 64 MiB");
            }
            return bytes;
        }
    }

    /** Whether the jar has other bytes by now; blocks. */
    boolean differsFrom(Path jar) {
        try {
            return !JarClasses.digest(read(jar)).equals(loader.digest());
        } catch (IOException e) {
            LOG.warn("{} can't be read, its classes stay: {}", jar, e.toString());
            return false;
        }
    }
}
