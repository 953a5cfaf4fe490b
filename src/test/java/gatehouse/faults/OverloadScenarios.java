package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/** More requests than there is capacity. */
final class OverloadScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.fullOnly("F35", "twice and five times the load that can be served", OverloadScenarios::overload),
            Scenario.fullOnly("F36", "overload by clients that try again", OverloadScenarios::retrying));

    private OverloadScenarios() {}

    /** The service takes so many requests at once, for 50 ms each: that is the capacity, whatever the machine. */
    private static void overload(Trial trial) throws Exception {
        int slots = trial.size(100, 20);
        double capacity = slots * 20;
        double seconds = trial.size(60, 2);
        boolean pinned = Runtime.getRuntime().availableProcessors() > 1;
        try (var pin = pinned ? Pinned.toCore(1) : Pinned.nowhere();
                var paced = PacedLoad.start()) {
            var launch = new GatewayUnderTest.Launch("""
                    listeners: { web: { listen: "127.0.0.1:0", limits: { perAddress: 0 } } }
                    services:
                      origin: { targets: "%s", pool: { max: %d, pending: %d }, health: { passive: null } }
                    routes: { all: { match: { path: "/**" }, to: origin } }
                    """.formatted(paced.url(), slots, slots * 2))
                    .fixedHeap(256)
                    .asShipped();
            try (var gateway = (pinned ? launch.onCore(0) : launch).start()) {
                trial.note("loadOnACoreOfItsOwn", pin.isPinned() ? 1 : 0);
                Rated load = (rate, time) -> paced.run(gateway.port(), "/slow", rate, time);
                for (double rate = capacity / 16; rate < capacity; rate *= 2) {
                    load.run(rate, trial.size(2, 1)); // what is compared with must be warm, too
                }
                load.run(capacity * 3, trial.size(15, 1)); // and so must refusals be
                load.run(capacity * 0.8, trial.size(5, 1));
                var calm = load.run(capacity * 0.8, seconds / 2);
                var peak = load.run(capacity, seconds / 2);
                double most = Math.max(calm.okPerSecond(), peak.okPerSecond());
                trial.note("peakPerSecond", most);
                trial.note("p99At80PercentMillis", calm.p99());
                trial.note("tenthsBelow99PercentAt80", calm.tenthsBelow(99));
                double heap = gateway.figures().liveHeapMib();
                for (int factor : List.of(2, 5)) {
                    var health = new HealthWatch(gateway);
                    double cpu = gateway.figures().cpuSeconds();
                    var over = load.run(capacity * factor, seconds);
                    double busy = 100 * (gateway.figures().cpuSeconds() - cpu) / seconds;
                    var name = "at" + factor + "x";
                    int unhealthy = health.stop();
                    trial.note(name + "CpuPercent", busy);
                    trial.note(name + "GoodputPerSecond", over.okPerSecond());
                    trial.atLeast(name + "GoodputPercent", 100 * over.okPerSecond() / most, 90);
                    trial.atMost(name + "P99OfP99At80", over.p99() / calm.p99(), 2);
                    trial.note(name + "LoadLateP50Millis", over.ownLatenessMillis(50));
                    trial.note(name + "LoadLateP99Millis", over.ownLatenessMillis(99));
                    trial.note(name + "RejectFromDueP99Millis", over.millis(99, s -> s == 503));
                    rejections(trial, name, over.punctual());
                    trial.exactly(name + "Neither200nor503", over.count(s -> s != 200 && s != 503), 0);
                    trial.exactly(name + "HealthShed", unhealthy, 0);
                    var after = load.run(capacity * 0.8, Math.min(10, seconds));
                    trial.note(name + "TenthsBelow99PercentAfter", after.tenthsBelow(99));
                    trial.atMost(name + "RecoverySeconds", after.secondsToRecovery(after.startNanos(), 99), 5);
                }
                trial.heapGrowthAtMost(gateway.figures().liveHeapMib(), heap, 20);
                var answer = rejected(gateway, load, capacity);
                trial.exactly("rejectedWithoutRetryAfter", answer, 0);
                trial.atMost("mostAtOnceAtTheTarget", paced.mostInCall(), slots);
            }
        }
    }

    private static void rejections(Trial trial, String name, LoadResult load) {
        IntPredicate rejected = status -> status == 503;
        trial.note(name + "RejectP50Millis", load.millis(50, rejected));
        trial.note(name + "RejectP90Millis", load.millis(90, rejected));
        trial.note(name + "RejectP99Millis", load.millis(99, rejected));
        trial.note(name + "RejectP99OfFirstSecondMillis", load.between(0, 1).millis(99, rejected));
        trial.note(name + "SecondsWithRejectP99Above20", load.secondsAbove(99, 20, rejected));
        trial.millisAtMost(name + "RejectP99OfMedianSecondMillis", load.typicalMillis(99, rejected), 20);
    }

    /** The service gets slow under clients that try three times, and quick again: their tries must not keep it overloaded. */
    private static void retrying(Trial trial) throws Exception {
        int slots = 20;
        double rate = slots * 20 * 0.8;
        try (var origin = FaultOrigin.start();
                var gateway = new GatewayUnderTest.Launch("""
                        listeners: { web: { listen: "127.0.0.1:0", limits: { perAddress: 0 } } }
                        services:
                          origin: { targets: "%s", pool: { max: %d, pending: %d }, health: { passive: null } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """.formatted(origin.url(), slots, slots * 2))
                        .asShipped()
                        .start();
                var clients = new RetryingClients(gateway.port(), "/slow?ms=50", rate, 3)) {
            Phases.warm(trial, gateway.port(), "/slow?ms=50", (int) rate);
            clients.begin();
            Thread.sleep(10_000);
            double before = clients.okPercent(3, 9);
            trial.note("baselineOkPercent", before);
            origin.always("/slow?ms=500");
            Thread.sleep(15_000);
            int bad = clients.second();
            trial.note("okPercentWhileSlow", clients.okPercent(bad - 10, bad - 1));
            trial.note("triesPerRequestWhileSlow", clients.triesPerRequest(bad - 10, bad - 1));
            origin.always(null);
            int removed = clients.second();
            Thread.sleep(20_000);
            trial.atLeast(
                    "okPercentOfBaselineAfter10s", 100 * clients.okPercent(removed + 10, removed + 18) / before, 99);
        }
    }

    /** So many requests a second for so many seconds. */
    private interface Rated {
        LoadResult run(double rate, double seconds) throws IOException, InterruptedException;
    }

    /** Refusals without Retry-After among some under overload. */
    private static int rejected(GatewayUnderTest gateway, Rated load, double capacity) throws Exception {
        var running = new Thread(() -> {
            try {
                load.run(capacity * 3, 1.5);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        running.start();
        Thread.sleep(700);
        int without = 0;
        for (int i = 0; i < 10; i++) {
            var answer = RawClient.get(gateway.port(), "/slow", "Connection: close");
            without += answer.status() == 503 && answer.header("Retry-After") == null ? 1 : 0;
        }
        running.join();
        return without;
    }

    /** Asks for health and the admin API twenty times a second. */
    private static final class HealthWatch {
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicInteger failed = new AtomicInteger();
        private final Thread thread;

        HealthWatch(GatewayUnderTest gateway) {
            thread = new Thread(() -> watch(gateway), "health");
            thread.setDaemon(true);
            thread.start();
        }

        private void watch(GatewayUnderTest gateway) {
            while (!over.get()) {
                try {
                    if (gateway.admin("/health/ready") != 200 || gateway.admin("/admin/v1/status") != 200) {
                        failed.incrementAndGet();
                    }
                    Thread.sleep(50);
                } catch (IOException shed) {
                    failed.incrementAndGet();
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        int stop() throws InterruptedException {
            over.set(true);
            thread.join();
            return failed.get();
        }
    }
}
