package gatehouse.faults;

import gatehouse.testing.Child;
import gatehouse.testing.ClassArchive;
import gatehouse.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The jar in a process of its own, on free ports, with a configuration as an operator would write it. */
final class GatewayUnderTest implements AutoCloseable {
    static final Path JAR = Path.of("target", "gatehouse.jar").toAbsolutePath();

    private final Child child;
    private final Path home;
    private final int port;
    private final int adminPort;
    private final Figures figures;

    private GatewayUnderTest(Child child, Path home, int port, int adminPort) {
        this.child = child;
        this.home = home;
        this.port = port;
        this.adminPort = adminPort;
        figures = new Figures(child.pid());
    }

    /** Starts with this text; version, listeners and admin need not stand in it. {@code %s} stand for the arguments. */
    static GatewayUnderTest start(String text, Object... arguments) throws Exception {
        return new Launch(text.formatted(arguments)).start();
    }

    /** How it is started. */
    static final class Launch {
        private final String text;
        private final List<String> wrapper = new ArrayList<>();
        private final List<String> flags = new ArrayList<>(List.of("-Xmx512m"));
        private final Map<String, String> environment = new HashMap<>();
        private @Nullable String manifest;
        private boolean roomy = !FaultsIT.full();

        Launch(String text) {
            this.text = text;
        }

        /** A heap of this size that is resident from the start: what grows besides is not heap. */
        Launch fixedHeap(int mib) {
            flags.addAll(List.of("-Xms" + mib + "m", "-Xmx" + mib + "m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"));
            return this;
        }

        /** Runs on this processor alone. */
        Launch onCore(int core) {
            wrapper.addAll(List.of("taskset", "-c", Integer.toString(core)));
            return this;
        }

        /** With the limits of services that it has by itself, in the short form too. */
        Launch asShipped() {
            roomy = false;
            return this;
        }

        /** With services that take whatever comes, in the full form too. */
        Launch roomy() {
            roomy = true;
            return this;
        }

        /** At most so many open files. */
        Launch files(int count) {
            wrapper.addAll(List.of("prlimit", "--nofile=" + count + ":" + count));
            return this;
        }

        /** Run by another command. */
        Launch by(List<String> command) {
            wrapper.addAll(command);
            return this;
        }

        /** With this manifest. */
        Launch manifest(String json) {
            manifest = json;
            return this;
        }

        Launch environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** Starts it and waits until it is ready. */
        GatewayUnderTest start() throws Exception {
            var home = home();
            var child = new Child(process(home));
            try {
                int port = child.awaitPort("web");
                int admin = Integer.parseInt(
                        child.await("admin API on .*, port (\\d+)").group(1));
                return new GatewayUnderTest(child, home, port, admin);
            } catch (AssertionError notReady) {
                child.close();
                delete(home);
                throw notReady;
            }
        }

        /** Starts it, expecting that it ends by itself. */
        Child startInVain() throws Exception {
            return new Child(process(home()));
        }

        private Path home() throws IOException {
            var home = Files.createTempDirectory("gatehouse-faults");
            var whole = new StringBuilder(text.contains("version:") ? "" : "version: 1\n");
            if (!text.contains("listeners:")) {
                whole.append("listeners: { web: \"127.0.0.1:0\" }\n");
            }
            if (!text.contains("admin:")) {
                whole.append("admin: { listen: \"127.0.0.1:0\" }\n");
            }
            whole.append(text);
            Files.writeString(home.resolve("gateway.yaml"), roomy ? Roomy.roomy(whole.toString()) : whole);
            if (manifest != null) {
                Files.writeString(home.resolve("verticles.json"), manifest);
            }
            return home;
        }

        private Process process(Path home) throws IOException {
            var command = new ArrayList<>(wrapper);
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(flags);
            if (!FaultsIT.full()) {
                command.addAll(ClassArchive.flags()); // made beside the first scenarios, which do without it
            }
            command.addAll(List.of("-jar", JAR.toString(), "run", "--conf", "gateway.yaml"));
            var builder = new ProcessBuilder(command)
                    .directory(home.toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.environment().keySet().removeIf(name -> name.startsWith("GATEHOUSE_"));
            var transport = System.getProperty("transport");
            if (transport != null) {
                builder.environment().put("GATEHOUSE_NODE_TRANSPORT", transport);
            }
            builder.environment().putAll(environment);
            return builder.start();
        }
    }

    int port() {
        return port;
    }

    /** Port of another listener than {@code web}. */
    int port(String listener) throws InterruptedException {
        return child.awaitPort(listener);
    }

    int adminPort() {
        return adminPort;
    }

    Path home() {
        return home;
    }

    Figures figures() {
        return figures;
    }

    Child process() {
        return child;
    }

    RawClient client() throws IOException {
        return RawClient.connect(port);
    }

    /** Status of a request to the admin API. */
    int admin(String path) throws IOException {
        return RawClient.get(adminPort, path).status();
    }

    /** Sum of a metric over all its labels that contain this text. */
    double metric(String name, String label) throws IOException {
        double sum = 0;
        for (var line :
                RawClient.get(adminPort, "/metrics", "Connection: close").text().split("\n")) {
            if ((line.startsWith(name + "{") || line.startsWith(name + " ")) && line.contains(label)) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return sum;
    }

    /** Exchanges under way. */
    int inFlight() throws IOException {
        return (int) metric("gatehouse_requests_in_flight", "");
    }

    /** Waits until no exchange is under way; gives how many are left after so long. */
    int inFlightAfter(long millis) throws IOException, InterruptedException {
        return leftAfter(millis, "gatehouse_requests_in_flight", "");
    }

    /** Waits until no client of the listener {@code web} is connected; gives how many are left after so long. */
    int openAfter(long millis) throws IOException, InterruptedException {
        return leftAfter(millis, "gatehouse_connections", "\"web\"");
    }

    private int leftAfter(long millis, String name, String label) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        int left = (int) metric(name, label);
        while (left > 0 && System.nanoTime() < end) {
            Thread.sleep(50);
            left = (int) metric(name, label);
        }
        return left;
    }

    @Override
    public void close() {
        try {
            child.signal("CONT");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            child.close();
            delete(home);
        }
    }

    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
