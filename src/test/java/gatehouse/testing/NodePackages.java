package gatehouse.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Programs for Node as they are shipped, in a folder where they have the packages that their lock file names. */
public final class NodePackages {
    private static final List<String> UNREACHABLE =
            List.of("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH");

    private NodePackages() {}

    /**
     * Copies the files of a folder to another one and installs their packages there, unless they are there. Where npm's registry
     * can't be reached the tests are skipped.
     *
     * @param tried what is not tried then
     */
    public static void install(Path shipped, Path here, String tried) throws IOException, InterruptedException {
        var isThere = Files.exists(here.resolve("node_modules/.package-lock.json"))
                && Files.readString(here.resolve("package-lock.json"))
                        .equals(Files.readString(shipped.resolve("package-lock.json")));
        Files.createDirectories(here);
        try (var files = Files.list(shipped)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.write(here.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
        if (isThere) {
            return;
        }
        var npm = new ProcessBuilder(
                        "npm",
                        "ci",
                        "--prefer-offline",
                        "--ignore-scripts",
                        "--no-audit",
                        "--no-fund",
                        "--fetch-retries=1")
                .directory(here.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(npm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (npm.waitFor() != 0) {
            Assumptions.assumeFalse(
                    UNREACHABLE.stream().anyMatch(said::contains),
                    () -> "npm's registry can't be reached, so " + tried + " are NOT tried:\n" + said);
            throw new AssertionError("npm ci failed:\n" + said);
        }
    }
}
