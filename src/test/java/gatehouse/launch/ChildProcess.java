package gatehouse.launch;

import gatehouse.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The real thing in a process of its own, with what it writes to stderr. */
final class ChildProcess implements AutoCloseable {
    private static final long LIMIT_SECONDS = 30;

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;
    private boolean ended;

    private ChildProcess(Process process) {
        this.process = process;
        this.reader = new Thread(this::read, "stderr of " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a gateway in a working folder. */
    static ChildProcess start(Path folder, String... arguments) throws IOException {
        return start(folder, Map.of(), arguments);
    }

    /** Starts a gateway in a working folder, which may only open so many files. */
    static ChildProcess startWithFiles(Path folder, int files) throws IOException {
        return start(folder, Map.of(), List.of("bash", "-c", "ulimit -n " + files + " && exec \"$0\" \"$@\""));
    }

    /** Starts a gateway in a working folder, with more in its environment. */
    static ChildProcess start(Path folder, Map<String, String> environment, String... arguments) throws IOException {
        return start(folder, environment, List.of(), arguments);
    }

    private static ChildProcess start(
            Path folder, Map<String, String> environment, List<String> launcher, String... arguments)
            throws IOException {
        var command = new ArrayList<>(launcher);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-Dlogback.configurationFile="
                        + Path.of("src/main/resources/logback.xml").toAbsolutePath(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        var builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.startsWith("GATEHOUSE_"));
        builder.environment().putAll(environment);
        return new ChildProcess(builder.start());
    }

    private void read() {
        try (BufferedReader in = process.errorReader(StandardCharsets.UTF_8)) {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            add("stderr can't be read: " + e);
        }
        synchronized (this) {
            ended = true;
            notifyAll();
        }
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    /** Waits for a line that contains the pattern; an earlier one will do. */
    MatchResult await(String pattern) throws InterruptedException {
        return await(pattern, 1);
    }

    /** Waits for so many lines that contain the pattern; gives the last one. */
    synchronized MatchResult await(String pattern, int count) throws InterruptedException {
        var compiled = Pattern.compile(pattern);
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (true) {
            var found = lines.stream()
                    .map(compiled::matcher)
                    .filter(matcher -> matcher.find())
                    .map(matcher -> matcher.toMatchResult())
                    .toList();
            if (found.size() >= count) {
                return found.get(count - 1);
            }
            var left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0 || ended) {
                throw new AssertionError("no line with " + pattern + " in:\n" + String.join("\n", lines));
            }
            wait(left);
        }
    }

    /** Waits until it is ready; gives the port of a listener. */
    int awaitPort(String listener) throws InterruptedException {
        await("^gatehouse ready in \\d+ ms$");
        return Integer.parseInt(
                await("listener " + listener + " on \\S+:(\\d+) ").group(1));
    }

    /** Sends a signal. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** Waits for its end. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end:\n" + text());
        }
        reader.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
        return process.exitValue();
    }

    /** Time that it spent on the processors so far. */
    Duration cpuTime() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /** Files that it has open now. */
    int openFiles() throws IOException {
        try (var files = Files.list(Path.of("/proc", Long.toString(pid()), "fd"))) {
            return (int) files.count();
        }
    }

    /** Lets it open only so many files from now on. */
    void limitFiles(int most) throws IOException, InterruptedException {
        var limiting = new ProcessBuilder("prlimit", "--pid", Long.toString(pid()), "--nofile=" + most + ":" + most);
        if (limiting.start().waitFor() != 0) {
            throw new IOException("prlimit failed");
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** All that it wrote so far. */
    synchronized String text() {
        return String.join("\n", lines) + "\n";
    }

    @Override
    public void close() {
        process.destroyForcibly()
                .onExit()
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }
}
