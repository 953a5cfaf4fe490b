package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Child;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway that may open few files and is asked for many connections (F49). It is the fat jar, which is open all the time:
 * out of a folder, each class would need a file of its own when it is needed first.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FewFilesIT {
    private static final int FILES = 240;
    private static final int CONNECTS = 400;

    @TempDir
    private Path folder;

    private Child start(RawOrigin origin, String node) throws IOException {
        Files.writeString(
                folder.resolve("verticles.json"),
                "{ \"verticles\": { \"http\": { \"main\": \"HttpProxyVerticle\", \"instances\": \"cores\" } } }");
        Files.createDirectories(folder.resolve("conf"));
        Files.writeString(folder.resolve("conf/gateway.yaml"), """
                version: 1
                node: { %s }
                listeners: { web: "127.0.0.1:0" }
                services: { origin: { targets: "%s" } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """.formatted(node, origin.url()));
        return ChildProcess.startJarWithFiles(folder, FILES);
    }

    @Test
    void it_says_how_many_connections_it_takes() throws Exception {
        try (var origin = RawOrigin.answering("hello");
                var gateway = start(origin, "")) {
            assertThat(RawClient.get(gateway.awaitPort("web"), "/").text()).isEqualTo("hello");
            assertThat(gateway.text().lines().filter(line -> line.contains("WARN")))
                    .singleElement()
                    .asString()
                    .contains("at most 72 connections from clients, not 10000, as the process may only open 240 files");
        }
    }

    @Test
    void a_limit_that_the_files_can_not_carry_ends_it_with_1() throws Exception {
        try (var origin = RawOrigin.answering("hello");
                var gateway = start(origin, "connections: 5000")) {
            assertThat(gateway.exitCode()).isEqualTo(1);
            assertThat(gateway.text())
                    .contains("node.connections: 5000 connections need more files than the 240")
                    .doesNotContain("\tat ", "gatehouse ready");
        }
    }

    @Test
    void it_outlives_more_connections_than_it_takes() throws Exception {
        try (var origin = RawOrigin.answering("hello");
                var gateway = start(origin, "")) {
            var port = gateway.awaitPort("web");
            var held = connectAll(port);
            gateway.await("refuses connections: node.connections is reached");
            assertThat(held.get(CONNECTS - 1).getInputStream().read()).isNegative();
            assertOutlives(gateway, port, held);
        }
    }

    @Test
    void it_outlives_that_files_run_out() throws Exception {
        try (var origin = RawOrigin.answering("hello");
                var gateway = start(origin, "")) {
            var port = gateway.awaitPort("web");
            assertThat(RawClient.get(port, "/").text()).isEqualTo("hello");
            gateway.limitFiles(gateway.openFiles() + 10);
            var held = connectAll(port);
            gateway.await("refuses connections: accepting fails: .*Too many open files");
            assertOutlives(gateway, port, held);
        }
    }

    private static void assertOutlives(Child gateway, int port, List<Socket> held) throws IOException {
        assertThat(leastCpuTimeOfTwoSeconds(gateway)).isLessThan(Duration.ofMillis(200));
        for (var socket : held) {
            socket.close();
        }
        assertThat(servedWithin(port, Duration.ofSeconds(30))).isTrue();
        assertThat(gateway.text().lines().filter(line -> line.contains("refuses connections")))
                .hasSizeBetween(1, 2);
        assertThat(gateway.text()).doesNotContain("ERROR", "NoClassDefFoundError");
    }

    /** Of three times two seconds: it may still be compiling in one, but what spins does so in all. */
    private static Duration leastCpuTimeOfTwoSeconds(Child gateway) {
        var least = Duration.ofDays(1);
        for (var i = 0; i < 3 && least.toMillis() >= 200; i++) {
            var before = gateway.cpuTime();
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2)); // what it spends in this time is the point
            var spent = gateway.cpuTime().minus(before);
            least = spent.compareTo(least) < 0 ? spent : least;
        }
        return least;
    }

    private static List<Socket> connectAll(int port) throws IOException {
        var held = new ArrayList<Socket>();
        for (var i = 0; i < CONNECTS; i++) {
            var socket = new Socket();
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            held.add(socket);
        }
        return held;
    }

    private static boolean servedWithin(int port, Duration time) {
        var end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            try {
                if (RawClient.get(port, "/").status() == 200) {
                    return true; // before that a file may still be missing for the target
                }
            } catch (IOException notYet) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
        return false;
    }
}
