package gatehouse.launch;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A folder with a manifest, where commands are run and what they say is kept. */
abstract class CommandCase {
    @TempDir
    Path folder;

    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    Path conf;
    Path manifest;

    @BeforeEach
    void folderWithManifest() throws IOException {
        conf = folder.resolve("gateway.yaml");
        manifest = Files.writeString(
                folder.resolve("verticles.json"),
                "{ \"verticles\": { \"http\": { \"main\": \"HttpProxyVerticle\" } } }");
    }

    int run(String... arguments) {
        return Gatehouse.execute(
                new Gatehouse.Console(new PrintWriter(out, true), new PrintWriter(err, true)), arguments);
    }
}
