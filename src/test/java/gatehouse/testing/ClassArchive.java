package gatehouse.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Classes of the jar as the virtual machine likes them best, as {@code make run} keeps them too: most of the time of a test with gateways
 * in processes of their own is their start.
 */
public final class ClassArchive {
    /** What makes a process that does not live long cheap; the archive is good for those that are started with the same. */
    public static final List<String> FLAGS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private static final Path FILE = Path.of("target", "tests.jsa").toAbsolutePath();

    private ClassArchive() {}

    /** Flags for a Java that starts the jar, {@link #FLAGS} among them; the archive is made where there is none for this jar. */
    public static synchronized List<String> ready(Path jar) {
        make(jar);
        return flags();
    }

    /** The same, with the archive only if it is there. */
    public static List<String> flags() {
        var all = new ArrayList<>(FLAGS);
        if (Files.exists(FILE)) {
            all.addAll(List.of("-XX:SharedArchiveFile=" + FILE, "-Xlog:disable"));
        }
        return List.copyOf(all);
    }

    private static boolean isOf(Path jar) throws IOException {
        return Files.exists(FILE) && Files.getLastModifiedTime(FILE).compareTo(Files.getLastModifiedTime(jar)) > 0;
    }

    /** Makes it where there is none for this jar. */
    public static synchronized void make(Path jar) {
        try {
            if (isOf(jar)) {
                return;
            }
            Files.deleteIfExists(FILE);
            var home = Files.createTempDirectory("gatehouse-classes");
            var made = home.resolve("made.jsa");
            Files.writeString(home.resolve("gateway.yaml"), """
                    version: 1
                    listeners: { web: "127.0.0.1:0" }
                    admin: { listen: "127.0.0.1:0" }
                    cluster: { enabled: true, listen: "127.0.0.1:0", secret: "only for classes that it loads" }
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
