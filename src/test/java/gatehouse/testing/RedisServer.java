package gatehouse.testing;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.locks.LockSupport;

/** A real Redis on a free port of the loopback address, which keeps nothing on disk. */
public final class RedisServer implements AutoCloseable {
    private static final long LIMIT_NANOS = 30_000_000_000L;

    private final Path folder;
    private final int port;
    private Process process;

    private RedisServer(Path folder, int port, Process process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    /** Starts one and waits until it answers. */
    public static RedisServer start() throws IOException {
        var folder = Files.createTempDirectory("gatehouse-redis");
        for (var attempt = 0; ; attempt++) {
            var port = RawOrigin.freePort();
            var process = launch(folder, port);
            if (answers(process, port)) {
                return new RedisServer(folder, port, process);
            }
            process.destroyForcibly();
            if (attempt == 2) {
                throw new IOException("redis-server does not start: " + Files.readString(folder.resolve("log")));
            }
        }
    }

    private static Process launch(Path folder, int port) throws IOException {
        return new ProcessBuilder(
                        "redis-server",
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--appendonly",
                        "no")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private static boolean answers(Process process, int port) {
        var end = System.nanoTime() + LIMIT_NANOS;
        while (process.isAlive() && System.nanoTime() < end) {
            try (var socket = new Socket("127.0.0.1", port)) {
                socket.setSoTimeout(1000);
                socket.getOutputStream().write("PING\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                if (socket.getInputStream().read() == '+') {
                    return true;
                }
            } catch (IOException notYet) {
                LockSupport.parkNanos(5_000_000);
            }
        }
        return false;
    }

    /** {@code redis://127.0.0.1:port}. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Port that it listens on. */
    public int port() {
        return port;
    }

    /** What it answers to a command, in its own protocol and without the last line end. */
    public String ask(String command) throws IOException {
        try (var client = RawClient.connect(port)) {
            return client.send(command + "\r\nQUIT\r\n").readAllText().replaceFirst("\r\n\\+OK\r\n$", "");
        }
    }

    /** Sends it a signal, such as STOP or CONT. */
    public void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** Kills it. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Starts it again after it was killed, empty, on the same port. */
    public void restart() throws IOException {
        process = launch(folder, port);
        if (!answers(process, port)) {
            throw new IOException("redis-server does not start again");
        }
    }

    @Override
    public void close() throws IOException {
        kill();
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
