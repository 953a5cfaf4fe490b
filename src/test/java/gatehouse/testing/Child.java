package gatehouse.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A process of its own with what it writes to stderr. */
public final class Child implements AutoCloseable {
    private static final long LIMIT_SECONDS = 90;

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;
    private boolean ended;

    /** Reads stderr of a process from now on. */
    public Child(Process process) {
        this.process = process;
        this.reader = new Thread(this::read, "stderr of " + process.pid());
        reader.setDaemon(true);
        reader.start();
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
    public MatchResult await(String pattern) throws InterruptedException {
        return await(pattern, 1);
    }

    /** Waits for so many lines that contain the pattern; gives the last one. */
    public synchronized MatchResult await(String pattern, int count) throws InterruptedException {
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

    /** Waits until a gateway is ready; gives the port of a listener. */
    public int awaitPort(String listener) throws InterruptedException {
        await("^gatehouse ready in \\d+ ms$");
        return Integer.parseInt(
                await("listener " + listener + " on \\S+:(\\d+) ").group(1));
    }

    /** Sends a signal. */
    public void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** Whether it ignores Ctrl-C, as all do that a script has begun in the background. */
    public boolean ignoresInterrupts() throws IOException {
        var interrupt = 1L << 2 - 1;
        return Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.split("\\s+", 2)[1], 16) & interrupt) != 0);
    }

    /** Waits for its end. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end:\n" + text());
        }
        reader.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
        return process.exitValue();
    }

    /** Time that it spent on the processors so far. */
    public Duration cpuTime() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /** Files that it has open now. */
    public int openFiles() throws IOException {
        try (var files = Files.list(Path.of("/proc", Long.toString(pid()), "fd"))) {
            return (int) files.count();
        }
    }

    /** Lets it open only so many files from now on. */
    public void limitFiles(int most) throws IOException, InterruptedException {
        var limiting = new ProcessBuilder("prlimit", "--pid", Long.toString(pid()), "--nofile=" + most + ":" + most);
        if (limiting.start().waitFor() != 0) {
            throw new IOException("prlimit failed");
        }
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Number of the process. */
    public long pid() {
        return process.pid();
    }

    /** All that it wrote so far. */
    public synchronized String text() {
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
