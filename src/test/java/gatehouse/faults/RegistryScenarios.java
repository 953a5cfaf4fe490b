package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Instances that fall silent, one or many at once, and a flood of registrations. */
final class RegistryScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.of("F45", "an instance sends no heartbeats any more", RegistryScenarios::silent),
            Scenario.fullOnly("F46", "the heartbeats of half the instances are dropped", RegistryScenarios::vanish),
            Scenario.alone("F47", "the registry is flooded", RegistryScenarios::flood));

    private static final String ROUTE = "routes: { all: { match: { path: \"/**\" }, to: orders } }\n";
    private static final int CLIENTS = 8;
    private static final int MIB = 1024 * 1024;

    private RegistryScenarios() {}

    private static void silent(Trial trial) throws Exception {
        long ttl = trial.size(30_000, 1500);
        try (var one = FaultOrigin.start();
                var two = FaultOrigin.start();
                var dead = FaultOrigin.start();
                var refusing = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        %s
                        registry: { grace: %dms, ttl: { min: 100ms } }
                        services: { orders: { registry: orders, health: { passive: { eject: 30s } } } }
                        %s""", Heartbeats.ADMIN, ttl, ROUTE);
                var beats = new Heartbeats(gateway, ttl, 0.05, trial.random())) {
            for (var origin : Map.of("one", one, "two", two, "dead", dead, "refusing", refusing)
                    .entrySet()) {
                beats.keep(origin.getKey(), origin.getValue().url());
            }
            Phases.warm(trial, gateway.port(), "/ok");
            trial.atLeast("servedByTheOneThatDies", dead.log().requests(), 1);

            // a target that refuses is ejected by traffic, long before its lease is over
            refusing.down();
            var refused = LoadGenerator.to(gateway.port(), "/ok").rate(200).seconds(ttl / 3000.0);
            trial.allServed("oneRefuses", refused.ids("refuses").run());
            boolean ejected = Trial.within(10_000, () -> isEjected(gateway));
            trial.exactly("ejected", ejected ? 1 : 0, 1);
            refusing.up();

            beats.silence("dead");
            long silent = System.nanoTime();
            Thread.sleep(ttl + 1000);
            int before = dead.log().requests();
            var after = LoadGenerator.to(gateway.port(), "/ok").rate(200).seconds(ttl / 2000.0);
            trial.allServed("oneSilent", after.ids("silent").run());
            trial.exactly("requestsAfterItsLease", dead.log().requests() - before, 0);
            boolean gone = Trial.within(ttl + 10_000, () -> known(beats) == 3);
            trial.exactly("goneAtLast", gone ? 1 : 0, 1);
            trial.between("goneAfterSeconds", (System.nanoTime() - silent) / 1e9, ttl / 600.0 - 0.5, ttl / 500.0 + 10);

            Thread.sleep(trial.size(60_000, 500));
            trial.exactly("liveOnesRemoved", 3 - beats.known(), 0);
            trial.exactly("expired", expired(gateway), 1);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    private static void vanish(Trial trial) throws Exception {
        long ttl = trial.size(9000, 1500);
        long most = trial.size(60_000, 4000);
        long grace = ttl / 2; // more than lies between two heartbeats, so that all who fall silent are silent at once
        try (var one = FaultOrigin.start();
                var two = FaultOrigin.start();
                var three = FaultOrigin.start();
                var four = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        %s
                        registry: { grace: %dms, ttl: { min: 100ms }, selfPreservation: { most: %dms } }
                        services: { orders: { registry: orders } }
                        %s""", Heartbeats.ADMIN, grace, most, ROUTE);
                var beats = new Heartbeats(gateway, ttl, 0, trial.random())) {
            for (var origin :
                    Map.of("one", one, "two", two, "three", three, "four", four).entrySet()) {
                beats.keep(origin.getKey(), origin.getValue().url());
            }
            Phases.warm(trial, gateway.port(), "/ok");
            beats.silence("three");
            beats.silence("four");
            long silent = System.nanoTime();
            var load = LoadGenerator.to(gateway.port(), "/ok").rate(200).seconds((ttl + most / 2) / 1000.0);
            var running = load.begin();
            boolean told = Trial.within(ttl + 5000, () -> preserved(gateway) == 1);
            trial.exactly("preserved", told ? 1 : 0, 1);
            gateway.process().await("2 of 4 instances of default/orders are silent at once; they are kept");
            Thread.sleep(Math.max(0, ttl + grace + 500 - (System.nanoTime() - silent) / 1_000_000));
            trial.exactly("keptBeyondTheGrace", beats.known(), 4);

            // those that are kept serve when there is nobody else, and one of them that refuses is passed over
            three.down();
            one.down();
            two.down();
            var onlySuspects = LoadGenerator.to(gateway.port(), "/ok").rate(100).seconds(1);
            trial.atLeast(
                    "servedBySuspectsPercent",
                    onlySuspects.ids("suspects").run().okPercent(),
                    99);
            List.of(one, two, three).forEach(RegistryScenarios::up);

            trial.atLeast("okPercent", running.get().okPercent(), 99.9);
            boolean over = Trial.within(ttl + most + 10_000, () -> preserved(gateway) == 0);
            trial.exactly("endsByItself", over ? 1 : 0, 1);
            trial.atMost("endsAfterSeconds", (System.nanoTime() - silent) / 1e9, (ttl + most) / 1000.0 + 5);
            trial.exactly("leftAfterwards", beats.known(), 2);
            Phases.recovery(trial, gateway.port(), "/ok");
        }
    }

    private static void flood(Trial trial) throws Exception {
        try (var origin = FaultOrigin.start()) {
            var text = """
                    %s
                    registry: { limits: { writes: %d } }
                    services: { orders: { targets: "%s" } }
                    %s""";
            // as shipped, what stops it is the number of writes a second; with that out of the way, how many there may
            // be
            try (var gateway = GatewayUnderTest.start(text, Heartbeats.ADMIN, 50, origin.url(), ROUTE)) {
                flood(trial, gateway, "asShipped");
            }
            try (var gateway = GatewayUnderTest.start(text, Heartbeats.ADMIN, 1_000_000, origin.url(), ROUTE)) {
                flood(trial, gateway, "unpaced");
                trial.exactly(
                        "unpacedFull",
                        (long) gateway.metric("gatehouse_registry_instances", ""),
                        trial.size(10_000, 1000));
                large(trial, gateway);
            }
        }
    }

    private static void flood(Trial trial, GatewayUnderTest gateway, String name) throws Exception {
        int count = trial.size(100_000, 2000);
        int services = trial.size(11, 1); // one more than fills it with those that one service may have
        Phases.warm(trial, gateway.port(), "/ok");
        var calm = LoadGenerator.to(gateway.port(), "/ok").rate(500).seconds(trial.size(10, 1));
        var before = calm.ids(name + "calm").run();
        double heap = gateway.figures().liveHeapMib();
        var load =
                LoadGenerator.to(gateway.port(), "/ok").rate(500).seconds(600).ids(name);
        var running = load.begin();
        var next = new AtomicInteger();
        long begin = System.nanoTime();
        var counted = Together.run(CLIENTS, number -> register(gateway, next, count, services));
        trial.note(name + "RegistrationsPerSecond", count / ((System.nanoTime() - begin) / 1e9));
        load.stop();
        var served = running.get();
        var statuses = new TreeMap<Integer, Integer>();
        counted.forEach(each -> each.forEach((status, times) -> statuses.merge(status, times, Integer::sum)));
        trial.note(name + "Accepted", statuses.getOrDefault(201, 0));
        trial.atLeast(name + "Refused429", statuses.getOrDefault(429, 0), 1);
        trial.exactly(name + "NeitherOfThem", count - statuses.getOrDefault(201, 0) - statuses.getOrDefault(429, 0), 0);
        trial.allServed(name, served);
        trial.addedP99AtMost(name, before, served, 5);
        trial.atMost(name + "HeapGrowthMib", gateway.figures().liveHeapMib() - heap, 64);
    }

    private static Map<Integer, Integer> register(GatewayUnderTest gateway, AtomicInteger next, int count, int services)
            throws IOException {
        var statuses = new TreeMap<Integer, Integer>();
        try (var client = RawClient.connect(gateway.adminPort())) {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                var path = "/registry/v1/default/services/s" + i % services + "/instances/i" + i;
                var body = "{\"address\":\"10.0.0.1:80\",\"ttl\":\"10m\",\"metadata\":{\"zone\":\"a\",\"rack\":\"" + i
                        + "\"}}";
                int status = Heartbeats.ask(client, "PUT", path, body).status();
                statuses.merge(status, 1, Integer::sum);
            }
        }
        return statuses;
    }

    /** Metadata of a MiB, and of one byte more than there may be; nobody else notices. */
    private static void large(Trial trial, GatewayUnderTest gateway) throws Exception {
        int count = trial.size(200, 5);
        double heap = gateway.figures().liveHeapMib();
        var tooLarge = new AtomicInteger();
        var over = new AtomicBoolean();
        var huge = "{\"address\":\"10.0.0.1:80\",\"metadata\":{\"x\":\"" + "y".repeat(MIB) + "\"}}";
        Together.run(CLIENTS, number -> {
            for (int i = 0; i < count / CLIENTS + 1; i++) {
                var path = "/registry/v1/default/services/s0/instances/huge" + number + "-" + i;
                int status =
                        Heartbeats.ask(gateway.adminPort(), "PUT", path, huge).status();
                if (status == 413) {
                    tooLarge.incrementAndGet();
                } else {
                    over.set(true);
                }
            }
            return 0;
        });
        trial.exactly("hugeNot413", over.get() ? 1 : 0, 0);
        trial.note("huge413", tooLarge.get());
        var more = "{\"address\":\"10.0.0.1:80\",\"metadata\":{\"x\":\"" + "y".repeat(8192) + "\"}}";
        var path = "/registry/v1/default/services/s0/instances/i0";
        trial.exactly(
                "aByteTooMuch",
                Heartbeats.ask(gateway.adminPort(), "PUT", path, more).status(),
                422);
        trial.atMost("hugeHeapGrowthMib", gateway.figures().liveHeapMib() - heap, 64);
    }

    /** Asks once more, so that there are failures to count. */
    private static boolean isEjected(GatewayUnderTest gateway) {
        try {
            RawClient.get(gateway.port(), "/ok", "Connection: close");
            return gateway.metric("gatehouse_target_ejected", "") == 1;
        } catch (IOException noAnswer) {
            return false;
        }
    }

    private static void up(FaultOrigin origin) {
        try {
            origin.up();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int known(Heartbeats beats) {
        try {
            return beats.known();
        } catch (IOException noAnswer) {
            return -1;
        }
    }

    private static int preserved(GatewayUnderTest gateway) {
        try {
            return (int) gateway.metric("gatehouse_registry_services_preserved", "");
        } catch (IOException noAnswer) {
            return -1;
        }
    }

    private static long expired(GatewayUnderTest gateway) throws IOException {
        return (long) gateway.metric("gatehouse_registry_changes_total", "change=\"expired\"");
    }
}
