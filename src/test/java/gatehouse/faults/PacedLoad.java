package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Load and target as programs in C, those of the benchmark: where what is measured are a few milliseconds on a full
 * machine, a load generator in Java is itself later than that.
 */
final class PacedLoad implements AutoCloseable {
    private static final Path BUILT = Path.of("target", "bench");

    private final Process origin;
    private final int port;

    private PacedLoad(Process origin, int port) {
        this.origin = origin;
        this.port = port;
    }

    /** Builds both where they are missing, and starts the target. */
    static PacedLoad start() throws IOException, InterruptedException {
        Files.createDirectories(BUILT);
        for (var name : List.of("origin", "paced")) {
            var source = Path.of("bench", name + ".c");
            var program = BUILT.resolve(name);
            if (!Files.exists(program)
                    || Files.getLastModifiedTime(program).compareTo(Files.getLastModifiedTime(source)) < 0) {
                run(List.of("cc", "-O2", "-o", program.toString(), source.toString()));
            }
        }
        int port = FaultOrigin.closedPort();
        var origin = new ProcessBuilder(BUILT.resolve("origin").toString(), Integer.toString(port))
                .inheritIO()
                .start();
        var load = new PacedLoad(origin, port);
        if (!Trial.within(5000, load::isUp)) {
            load.close();
            throw new IOException("The target does not listen.");
        }
        return load;
    }

    private boolean isUp() {
        try {
            return RawClient.get(port, "/small").status() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Where the target listens: {@code /slow} takes 50 ms, {@code /most} tells how many it ever kept waiting at once. */
    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** The most requests that the target ever kept waiting at once. */
    int mostInCall() throws IOException {
        var text = RawClient.get(port, "/most").text();
        return Integer.parseInt(text.substring(0, text.indexOf(' ')));
    }

    /** Requests by a schedule, over as many connections as it takes, at most 4,000. */
    LoadResult run(int to, String path, double rate, double seconds) throws IOException, InterruptedException {
        var file = Files.createTempFile("gatehouse-paced", ".txt");
        try {
            long begin = System.nanoTime();
            run(List.of(
                    BUILT.resolve("paced").toString(),
                    Integer.toString(to),
                    path,
                    Double.toString(rate),
                    Double.toString(seconds),
                    "1-4000",
                    file.toString()));
            return result(begin, rate, Files.readAllLines(file));
        } finally {
            Files.delete(file);
        }
    }

    private static LoadResult result(long begin, double rate, List<String> lines) {
        var statuses = new int[lines.size()];
        var nanos = new long[lines.size()];
        var late = new long[lines.size()];
        for (int i = 0; i < statuses.length; i++) {
            var parts = lines.get(i).split(" ");
            statuses[i] = Integer.parseInt(parts[0]);
            nanos[i] = Long.parseLong(parts[1]) * 1000;
            late[i] = Long.parseLong(parts[2]) * 1000;
        }
        return new LoadResult(begin, rate, statuses, nanos, late, 0, 0);
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed: " + said);
        }
    }

    @Override
    public void close() {
        origin.destroyForcibly().onExit().join();
    }
}
