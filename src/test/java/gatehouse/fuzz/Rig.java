package gatehouse.fuzz;

import gatehouse.testing.TestGateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A gateway with one event loop and one connection to its one origin: whatever a case leaves behind stands in the way of the
 * next request.
 */
final class Rig implements AutoCloseable {
    /** Longest time until a message that has all it needs is answered. */
    private static final int ANSWER_MILLIS = 10_000;

    final FuzzOrigin origin = new FuzzOrigin();
    private final LogWatch log = new LogWatch();
    private final TestGateway gateway;
    private @Nullable Socket prober;
    private long probes;

    Rig() throws Exception {
        gateway = TestGateway.startOn(1, """
                services: { origin: { targets: "%s", pool: { max: 1 }, health: { passive: null } } }
                defaults: { breaker: null, retry: null, limits: { body: 64KiB } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """, origin.url());
    }

    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.setTcpNoDelay(true);
        return socket;
    }

    /**
     * Sends bytes and reads until the connection ends or what came is enough.
     *
     * @param patience milliseconds without an answer after which the client ends its side; 0 where an answer is owed
     */
    byte[] exchange(byte[] bytes, int patience, Predicate<byte[]> enough) throws IOException {
        try (var socket = connect()) {
            return exchange(socket, bytes, patience, enough);
        }
    }

    private byte[] exchange(Socket socket, byte[] bytes, int patience, Predicate<byte[]> enough) throws IOException {
        var received = new ByteArrayOutputStream();
        try {
            socket.getOutputStream().write(bytes);
            socket.setSoTimeout(patience == 0 ? ANSWER_MILLIS : patience);
            var buffer = new byte[16 * 1024];
            while (!enough.test(received.toByteArray())) {
                var read = read(socket, buffer);
                if (read < 0) {
                    break;
                }
                received.write(buffer, 0, read);
            }
        } catch (SocketTimeoutException silent) {
            received.writeBytes("\r\n-- no answer".getBytes(StandardCharsets.ISO_8859_1));
        } catch (SocketException reset) {
            // an end like any other
        }
        return received.toByteArray();
    }

    private static int read(Socket socket, byte[] buffer) throws IOException {
        try {
            return socket.getInputStream().read(buffer);
        } catch (SocketTimeoutException silent) {
            if (socket.getSoTimeout() == ANSWER_MILLIS) {
                throw silent;
            }
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.shutdownOutput();
            return socket.getInputStream().read(buffer);
        }
    }

    /** What must hold after each case: the next request is answered, nothing is in the log. */
    List<String> afterwards() throws IOException {
        var violations = new ArrayList<>(origin.faults());
        var path = "/probe/" + ++probes;
        var answer = probe(path);
        if (origin.isClosing() && answer.contains("urn:gatehouse:problem:upstream-reset")) {
            answer = probe(path);
        }
        var head = "HTTP/1.1 200 ";
        var own = origin.seen().stream()
                .filter(seen -> seen.message().second().equals(path))
                .map(seen -> "seq=" + seen.number())
                .findFirst()
                .orElse("nothing at the origin");
        if (!answer.startsWith(head) || !answer.endsWith(own)) {
            violations.add("the next request got: " + answer);
        }
        log.take().forEach(line -> violations.add("log: " + line));
        return violations;
    }

    private String probe(String path) throws IOException {
        var request = ("GET " + path + " HTTP/1.1\r\nHost: probe\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        if (prober == null) {
            prober = connect();
        }
        var bytes = exchange(prober, request, 0, Rig::isAnswer);
        var text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (!text.startsWith("HTTP/1.1 200 ") || text.contains("onnection: close")) {
            prober.close();
            prober = null;
        }
        // an idle connection may end at any time
        return text.isEmpty() ? probe(path) : text;
    }

    private static boolean isAnswer(byte[] bytes) {
        return StrictReader.ofAnswers().next(bytes, 0, "GET", false).isWhole();
    }

    @Override
    public void close() throws IOException {
        if (prober != null) {
            prober.close();
        }
        origin.close();
        gateway.close();
        log.close();
    }
}
