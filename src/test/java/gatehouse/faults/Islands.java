package gatehouse.faults;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Machines that are none: network namespaces of Linux around a bridge, each with an address of its own. What goes between two of
 * them can be made to vanish without anybody being told, as with a broken switch: each has a wrong hardware address
 * for the other one. Made and removed by root.
 */
final class Islands implements AutoCloseable {
    private static final long LIMIT_SECONDS = 120;

    private final String prefix = "gh" + ProcessHandle.current().pid() + "x";
    private final int count;

    /** So many islands, numbered from 1. */
    Islands(int count) throws IOException {
        this.count = count;
        try {
            ip("netns", "add", prefix + "b");
            ip("-n", prefix + "b", "link", "add", "br0", "type", "bridge");
            ip("-n", prefix + "b", "link", "set", "br0", "up");
            for (int i = 1; i <= count; i++) {
                raise(i);
            }
        } catch (IOException e) {
            close();
            throw new IOException("network namespaces can't be made, which takes root and iproute2", e);
        }
    }

    private void raise(int island) throws IOException {
        var port = "p" + island;
        ip("netns", "add", name(island));
        ip(List.of(
                "link",
                "add",
                "eth0",
                "netns",
                name(island),
                "type",
                "veth",
                "peer",
                "name",
                port,
                "netns",
                prefix + "b"));
        ip("-n", prefix + "b", "link", "set", port, "master", "br0", "up");
        ip("-n", name(island), "addr", "add", address(island) + "/24", "dev", "eth0");
        ip("-n", name(island), "link", "set", "eth0", "up");
        ip("-n", name(island), "link", "set", "lo", "up");
    }

    private String name(int island) {
        return prefix + island;
    }

    /** Where others reach it. */
    static String address(int island) {
        return "10.99.7." + island;
    }

    /** What to put before a command, so that it runs there. */
    List<String> on(int island) {
        return List.of("ip", "netns", "exec", name(island));
    }

    /** Nothing goes between these two any more. */
    void cut(int one, int other) throws IOException {
        mislead(one, other);
        mislead(other, one);
    }

    private void mislead(int island, int about) throws IOException {
        ip(List.of(
                "-n",
                name(island),
                "neigh",
                "replace",
                address(about),
                "lladdr",
                "02:00:00:00:00:01",
                "dev",
                "eth0",
                "nud",
                "permanent"));
    }

    /** As it was before. */
    void heal(int one, int other) throws IOException {
        ip("-n", name(one), "neigh", "del", address(other), "dev", "eth0");
        ip("-n", name(other), "neigh", "del", address(one), "dev", "eth0");
    }

    private static void ip(String... arguments) throws IOException {
        ip(List.of(arguments));
    }

    private static void ip(List<String> arguments) throws IOException {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(arguments);
        run(command);
    }

    /** Runs curl there; gives what it writes. */
    String curl(int island, String... arguments) throws IOException {
        var command = new ArrayList<>(on(island));
        command.addAll(List.of("curl", "-s", "--max-time", "10"));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Asks for a path so many times, evenly, one after another; gives the statuses, a line each, at its end. */
    Requests ask(int island, int port, String path, int perSecond, int seconds) throws IOException {
        var file = Files.createTempFile("gatehouse-curl", "");
        var command = new ArrayList<>(on(island));
        command.addAll(
                List.of("stdbuf", "-oL", "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}\\n", "--max-time", "5"));
        command.addAll(List.of("--rate", perSecond + "/s"));
        command.add("http://127.0.0.1:" + port + path + "?[1-" + perSecond * seconds + "]");
        return new Requests(
                new ProcessBuilder(command).redirectOutput(file.toFile()).start(), file);
    }

    /** Requests under way. */
    record Requests(Process process, Path file) {
        /** Ends them; gives how many were made and how many of them were not served. */
        int[] end() throws IOException, InterruptedException {
            process.destroy();
            process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            var lines = Files.readAllLines(file);
            Files.delete(file);
            long failed = lines.stream().filter(line -> !line.equals("200")).count();
            return new int[] {lines.size(), (int) failed};
        }
    }

    private static String run(List<String> command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + text.strip());
            }
        } catch (InterruptedException e) {
            throw new InterruptedIOException(e.toString());
        }
        return text;
    }

    @Override
    public void close() throws IOException {
        for (int i = 1; i <= count; i++) {
            remove(name(i));
        }
        remove(prefix + "b");
    }

    private static void remove(String namespace) throws IOException {
        if (Files.exists(Path.of("/run/netns", namespace))) {
            ip("netns", "del", namespace);
        }
    }
}
