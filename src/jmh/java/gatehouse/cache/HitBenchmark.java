package gatehouse.cache;

import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A request that the cache answers, through a whole gateway and back over a socket. Its client allocates nothing, so the bytes a
 * call are those of the gateway; its time is mostly the system's.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class HitBenchmark {
    private static final int ROOM = 64 * 1024;
    private static final int CLIENTS = 16;

    /** Bytes of the body. */
    @Param({"150", "16384"})
    public int body;

    /** Whether the request has the fields of a browser, and its answer is chosen by one of them. */
    @Param({"false", "true"})
    public boolean browser;

    private RawOrigin origin;
    private TestGateway gateway;
    private final SocketChannel[] clients = new SocketChannel[CLIENTS];
    private final ByteBuffer answer = ByteBuffer.allocateDirect(ROOM);
    private ByteBuffer request = answer;

    /** Starts a service and the gateway before it, and has the answer stored. */
    @Setup
    public void start() throws Exception {
        var vary = browser ? "Vary: Accept-Encoding\r\n" : "";
        var stored = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: max-age=3600\r\n"
                + "ETag: \"33a64df5\"\r\nServer: origin\r\n" + vary + "Content-Length: " + body + "\r\n\r\n"
                + "x".repeat(body);
        origin = RawOrigin.answering(exchange -> exchange.send(stored));
        gateway = TestGateway.startOn(1, """
                listeners: { web: { listen: "127.0.0.1:0", limits: { requests: 1000000000, age: 24h } } }
                services: { origin: { targets: "%s" } }
                defaults: { limits: { bodyTime: 10m }, timeout: { total: 10m } }
                routes: { all: { match: { path: "/**" }, to: origin, cache: 1h } }
                """, origin.url());
        for (var i = 0; i < CLIENTS; i++) {
            clients[i] = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
            clients[i].setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        var bytes = ("GET /small HTTP/1.1\r\nHost: bench.test:8080\r\n" + (browser ? FIELDS : "") + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        request = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        hits(); // the first is fetched, and stored before its end is sent
        hits();
        var text = StandardCharsets.ISO_8859_1.decode(answer.duplicate().flip()).toString();
        if (!text.startsWith("HTTP/1.1 200") || !text.contains("; hit;")) {
            throw new IOException(text);
        }
    }

    private static final String FIELDS = """
            User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
            Accept-Language: en-US,en;q=0.5\r
            Accept-Encoding: gzip, deflate, br\r
            Connection: keep-alive\r
            """;

    /** One hit on each connection. */
    @Benchmark
    @OperationsPerInvocation(CLIENTS)
    public int hits() throws IOException {
        for (var i = 0; i < CLIENTS; i++) {
            clients[i].write(request);
            request.rewind();
        }
        for (var i = 0; i < CLIENTS; i++) {
            answer.clear();
            while (!isWhole()) {
                if (clients[i].read(answer) < 0) {
                    throw new EOFException();
                }
            }
        }
        return answer.position();
    }

    /** Whether behind an empty line there are as many bytes as are to come. */
    private boolean isWhole() {
        var end = answer.position() - body;
        return end >= 4 && answer.get(end - 1) == '\n' && answer.get(end - 2) == '\r' && answer.get(end - 3) == '\n';
    }

    /** Ends it all. */
    @TearDown
    public void stop() throws Exception {
        for (var client : clients) {
            client.close();
        }
        gateway.close();
        origin.close();
    }
}
