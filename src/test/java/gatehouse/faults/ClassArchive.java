package gatehouse.faults;

import gatehouse.testing.Child;
import gatehouse.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Classes of the jar as the virtual machine likes them best, as {@code make run} keeps them too: in the short form most of the time of a
 * scenario is the start of its gateways. It is made beside the first scenarios, which do without it.
 */
final class ClassArchive {
    static final List<String> FLAGS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private static final Path FILE = Path.of("target", "faults.jsa").toAbsolutePath();

    private ClassArchive() {}

    /** Flags for a Java that starts the jar. */
    static List<String> flags() {
        return Files.exists(FILE) ? List.of("-XX:SharedArchiveFile=" + FILE, "-Xlog:disable") : List.of();
    }

    /** Makes it anew. */
    static void make(Path jar) {
        try {
            Files.deleteIfExists(FILE);
            var home = Files.createTempDirectory("gatehouse-classes");
            var made = home.resolve("made.jsa");
            Files.writeString(home.resolve("gateway.yaml"), """
                    version: 1
                    listeners: { web: "127.0.0.1:0" }
                    admin: { listen: "127.0.0.1:0" }
                    services: { none: { targets: "http://127.0.0.1:1" } }
                    routes: { all: { match: { path: "/**" }, to: none } }
                    """);
            var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            var builder = new ProcessBuilder(java, "-XX:ArchiveClassesAtExit=" + made, "-Xlog:disable")
                    .directory(home.toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.command().addAll(FLAGS);
            builder.command().addAll(List.of("-jar", jar.toString(), "run", "--conf", "gateway.yaml"));
            try (var child = new Child(builder.start())) {
                RawClient.get(child.awaitPort("web"), "/", "Connection: close");
                child.signal("TERM");
                if (child.exitCode() == 0 && Files.exists(made)) {
                    Files.move(made, FILE, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException | AssertionError slower) {
            System.out.println("no archive of classes: " + slower);
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }
}
