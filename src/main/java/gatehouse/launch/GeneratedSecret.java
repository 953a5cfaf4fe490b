package gatehouse.launch;

import gatehouse.config.DataFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/** A secret that is made at the first start and kept in a file that only its owner may read. */
final class GeneratedSecret {
    private static final int BYTES = 32;

    private GeneratedSecret() {}

    /** The secret in a file, 43 characters; the file is made if it is not there. */
    static String in(Path file) throws IOException {
        if (Files.exists(file)) {
            return Files.readString(file).strip();
        }
        DataFolder.makeFor(file);
        var random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        var text = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        try (var channel = Files.newByteChannel(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), DataFolder.ownersFile())) {
            channel.write(java.nio.ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.US_ASCII)));
        } catch (FileAlreadyExistsException e) {
            return Files.readString(file).strip();
        } catch (IOException e) {
            Files.deleteIfExists(file); // the next start makes another
            throw e;
        }
        return text;
    }
}
