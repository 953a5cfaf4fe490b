package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** One side does not take what the other one gives. */
final class BackPressureScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.of("F31", "clients hardly read large answers", BackPressureScenarios::slowReaders),
            Scenario.of("F32", "a target does not read a large upload", BackPressureScenarios::slowTarget));

    private static final double KIB = 1024;
    private static final double MIB = 1024 * KIB;
    private static final int SMALL_BUFFER = 16 * 1024;

    private BackPressureScenarios() {}

    private static void slowReaders(Trial trial) throws Exception {
        int many = trial.size(1000, 100);
        int stalled = trial.size(6, 2);
        try (var origin = FaultOrigin.withBuffers(SMALL_BUFFER, 0);
                var gateway = new GatewayUnderTest.Launch("""
                        listeners: { web: "127.0.0.1:0", strict: { listen: "127.0.0.1:0", limits: { stalled: %ds } } }
                        services: { origin: { targets: "%s", pool: { max: 2000, pending: 2000 } } }
                        routes: { all: { match: { path: "/**" }, to: origin, timeout: { total: 0s } } }
                        """.formatted(stalled, origin.url()))
                        .fixedHeap(256)
                        .start()) {
            Phases.warm(trial, gateway.port(), "/ok?bytes=20000");
            double heap = gateway.figures().liveHeapMib();
            double resident = gateway.figures().residentMib();
            long before = origin.log().bytesOut();
            try (var crowd = Crowd.of(many, gateway.port())
                    .from(10)
                    .saying(RawClient.request("GET", "/flow?bytes=10485760"))
                    .reading(1024, 1000)
                    .gather()
                    .awaitTried(30)) {
                Thread.sleep(trial.size(20_000, 1000));
                trial.exactly("readersOpen", crowd.open(), many);
                trial.exactly("targetStalls", standsStill(origin) ? 1 : 0, 1);
                long kernel = KernelQueues.bytes(gateway.port(), origin.port());
                long ahead = origin.log().bytesOut() - before - crowd.bytesRead();
                trial.note("aheadKibPerReader", ahead / KIB / many);
                trial.note("ofThatInKernelKib", kernel / KIB / many);
                trial.atMost("aheadInGatewayKib", (ahead - kernel) / KIB / many, 256);
                double grown = gateway.figures().residentMib() - resident;
                double live = gateway.figures().liveHeapMib() - heap;
                trial.note("residentGrowthMib", grown);
                trial.note("heapGrowthMib", live);
                trial.atMost("memoryMib", grown + live, many * 128 / KIB + 50);
            }
            trial.exactly("inFlightAfterwards", gateway.inFlightAfter(3000), 0);
            try (var frozen = Crowd.of(many / 10, gateway.port("strict"))
                    .saying(RawClient.request("GET", "/flow?bytes=10485760"))
                    .reading(0, 1000)
                    .gather()
                    .awaitTried(30)) {
                Trial.within(
                        3000, () -> origin.log().inCall() == frozen.members().size());
                boolean freed =
                        Trial.within(stalled * 2000L + 1000, () -> origin.log().inCall() == 0);
                trial.exactly("stalledStillOpen", freed ? 0 : origin.log().inCall(), 0);
            }
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    private static void slowTarget(Trial trial) throws Exception {
        long size = trial.size(1024, 64) * (long) MIB;
        try (var origin = FaultOrigin.withBuffers(0, SMALL_BUFFER);
                var gateway = new GatewayUnderTest.Launch("""
                        services: { origin: { targets: "%s" } }
                        routes:
                          all: { match: { path: "/**" }, to: origin, limits: { body: 2GiB }, timeout: { total: 0s } }
                        """.formatted(origin.url()))
                        .fixedHeap(256)
                        .start()) {
            LoadGenerator.to(gateway.port(), "/ok")
                    .method("POST", "x".repeat(100_000))
                    .rate(100)
                    .seconds(trial.size(5, 1))
                    .run();
            double heap = gateway.figures().liveHeapMib();
            double resident = gateway.figures().residentMib();
            long before = origin.log().bytesIn();
            try (var client = SocketChannel.open()) {
                client.setOption(java.net.StandardSocketOptions.SO_SNDBUF, SMALL_BUFFER);
                client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
                client.write(ByteBuffer.wrap(
                        ("POST /stop-reading?after=65536&ms=%d HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n")
                                .formatted(trial.size(20_000, 4000), size)
                                .getBytes(StandardCharsets.ISO_8859_1)));
                long written = writeFor(client, size, trial.size(10, 2));
                long ahead = written - (origin.log().bytesIn() - before);
                long kernel = stillInKernel(gateway.port(), origin.port());
                trial.note("writtenKib", written / KIB);
                trial.note("aheadKib", ahead / KIB);
                trial.note("ofThatInKernelKib", kernel / KIB);
                trial.atMost("aheadInGatewayKib", (ahead - kernel) / KIB, 256);
                double grown = gateway.figures().residentMib() - resident;
                double live = gateway.figures().liveHeapMib() - heap;
                trial.note("residentGrowthMib", grown);
                trial.atMost("memoryMib", grown + live, 64);
            }
            // whether a client that has closed its direction sent all of its body shows when the target reads again
            trial.exactly("inFlightAfterwards", gateway.inFlightAfter(trial.size(20_000, 4000)), 0);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    /** What stands in the kernel once nothing moves, so that two looks find the same: one misses bytes between two queues. */
    private static long stillInKernel(int... ports) throws IOException, InterruptedException {
        var last = new AtomicLong(KernelQueues.bytes(ports));
        Trial.within(10_000, () -> {
            try {
                long now = KernelQueues.bytes(ports);
                return last.getAndSet(now) == now;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return last.get();
    }

    /** Whether the target can send next to nothing any more, since nobody takes it. */
    private static boolean standsStill(FaultOrigin origin) throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            long before = origin.log().bytesOut();
            Thread.sleep(500);
            if (origin.log().bytesOut() - before < MIB) {
                return true;
            }
        }
        return false;
    }

    /** Writes whenever the connection takes something, for so long. */
    private static long writeFor(SocketChannel client, long size, int seconds) throws IOException {
        var block = ByteBuffer.allocate(64 * 1024);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long written = 0;
        try (var selector = Selector.open()) {
            client.configureBlocking(false);
            client.register(selector, SelectionKey.OP_WRITE);
            for (long left = 1; left > 0 && written < size; left = (end - System.nanoTime()) / 1_000_000) {
                block.clear().limit((int) Math.min(block.capacity(), size - written));
                int count = client.write(block);
                written += count;
                if (count == 0) {
                    selector.select(left);
                }
            }
        }
        return written;
    }
}
