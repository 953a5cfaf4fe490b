package gatehouse.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Secrets that the node makes for itself and keeps in its data folder. */
final class NodeSecrets {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSecrets.class);

    private static final int SHORTEST = 16;

    private NodeSecrets() {}

    /** The token for writes at the admin API where none is configured. */
    static String adminToken(Path dataDir) {
        var file = dataDir.resolve("admin.token");
        var token = generated(file);
        LOG.info("no admin.tokens are configured: writes at the admin API need the token in {}", file);
        return token;
    }

    /** Signs sticky cookies. Made when the first service needs it, at the start or at a reload. */
    static byte[] stickyKey(Path dataDir) {
        return generated(dataDir.resolve("sticky.key")).getBytes(StandardCharsets.US_ASCII);
    }

    private static String generated(Path file) {
        try {
            var secret = GeneratedSecret.in(file);
            if (secret.length() < SHORTEST) { // such as none, from a disk that was full
                throw new NotTakenException(
                        "node.dataDir: " + file + " holds no secret. Remove it, and a new one is made.");
            }
            return secret;
        } catch (IOException e) {
            throw FileTrouble.of("node.dataDir", file, e);
        }
    }
}
