package gatehouse.faults;

import gatehouse.testing.PluginJar;
import gatehouse.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the machine, a plugin or an operator does to the process. */
final class HostScenarios {
    static final List<Scenario> ALL = List.of(
            Scenario.fullOnly("F43", "the access log can't be written", HostScenarios::log),
            Scenario.fullOnly("F50", "a plugin blocks its event loop", HostScenarios::blocked),
            Scenario.fullOnly("F60", "the admin API is flooded by clients that never read", HostScenarios::admin));

    private static final double RATE = 1000;

    private HostScenarios() {}

    private static LoadResult load(GatewayUnderTest gateway, double seconds, String ids) throws IOException {
        return LoadGenerator.to(gateway.port(), "/ok")
                .rate(RATE)
                .seconds(seconds)
                .ids(ids)
                .run();
    }

    /** Once the disk is full, and once whoever reads the pipe sleeps. */
    private static void log(Trial trial) throws Exception {
        var folder = Files.createTempDirectory("gatehouse-log");
        var pipe = folder.resolve("pipe");
        run("mkfifo", pipe.toString());
        var reader = new ProcessBuilder("cat", pipe.toString())
                .redirectOutput(folder.resolve("read.log").toFile())
                .start();
        try {
            log(
                    trial,
                    "pipe",
                    pipe,
                    () -> run("kill", "-STOP", Long.toString(reader.pid())),
                    () -> run("kill", "-CONT", Long.toString(reader.pid())),
                    folder.resolve("read.log"));
        } finally {
            reader.destroyForcibly().waitFor();
        }
        var disk = Files.createDirectory(folder.resolve("disk"));
        run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString());
        var ballast = disk.resolve("ballast");
        try {
            log(
                    trial,
                    "disk",
                    disk.resolve("access.log"),
                    () -> fill(ballast),
                    () -> Files.delete(ballast),
                    disk.resolve("access.log"));
        } finally {
            run("umount", disk.toString());
        }
    }

    private interface Fault {
        void happen() throws Exception;
    }

    private static void run(String... command) throws IOException, InterruptedException {
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }

    private static void fill(Path ballast) {
        try (var out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException full) {
            // as it should be
        }
    }

    private static void log(Trial trial, String name, Path file, Fault begin, Fault end, Path read) throws Exception {
        try (var origin = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        accessLog: { file: "%s" }
                        services: { origin: { targets: "%s" } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """, file, origin.url())) {
            Phases.warm(trial, gateway.port(), "/ok", (int) RATE);
            var calm = load(gateway, 5, name + "calm");
            double heap = gateway.figures().liveHeapMib();
            begin.happen();
            var during = load(gateway, 20, name);
            trial.allServed(name, during);
            trial.addedP99AtMost(name, calm, during, 2);
            trial.atMost(name + "HeapGrowthMib", gateway.figures().liveHeapMib() - heap, 8);
            trial.atLeast(name + "LinesDropped", gateway.metric("gatehouse_access_log_dropped_total", ""), 1);
            long warnings = gateway.process()
                    .text()
                    .lines()
                    .filter(line -> line.contains("WARN") && line.contains("ccess log"))
                    .count();
            trial.between(name + "Warnings", warnings, 1, 2);
            end.happen();
            long size = Files.size(read);
            var after = load(gateway, 0.5, name + "after");
            trial.allServed(name + "Afterwards", after);
            boolean again = Trial.within(5000, () -> sizeOf(read) > size);
            trial.exactly(name + "ResumesWithin5s", again ? 1 : 0, 1);
        }
    }

    private static long sizeOf(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A verticle of a jar sleeps on its event loop, for longer than the process counts as alive. */
    private static void blocked(Trial trial) throws Exception {
        var folder = Files.createTempDirectory("gatehouse-plugin");
        var jar = folder.resolve("sleeper.jar");
        PluginJar.write(jar, "acme.Sleeper", """
                package acme;
                public class Sleeper extends io.vertx.core.VerticleBase {
                    @Override public io.vertx.core.Future<?> start() {
                        return vertx.createHttpServer()
                                .requestHandler(request -> {
                                    try {
                                        Thread.sleep(Long.parseLong(request.query()));
                                    } catch (InterruptedException e) {
                                        throw new IllegalStateException(e);
                                    }
                                    request.response().end("awake");
                                })
                                .listen(config().getInteger("port"), "127.0.0.1");
                    }
                }
                """);
        int port = FaultOrigin.closedPort();
        try (var origin = FaultOrigin.start();
                var gateway = new GatewayUnderTest.Launch("""
                        services: { origin: { targets: "%s" } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """.formatted(origin.url()))
                        .asShipped()
                        .manifest("""
                                { "verticles": {
                                  "sleeper": { "main": "acme.Sleeper", "jar": "%s", "instances": 1, "config": { "port": %d } },
                                  "http": { "main": "HttpProxyVerticle", "instances": "cores" },
                                  "admin": { "main": "AdminVerticle" } } }
                                """.formatted(jar, port))
                        .start()) {
            Phases.warm(trial, gateway.port(), "/ok", (int) RATE);
            var calm = load(gateway, 10, "calm");
            for (int seconds : new int[] {5, 14}) {
                var sleeping = CompletableFuture.supplyAsync(() -> sleep(port, seconds));
                var dead = CompletableFuture.supplyAsync(() -> blockedAfter(gateway));
                var asleep = load(gateway, seconds, "blocked" + seconds);
                if (seconds < 10) { // longer than that the client doesn't wait
                    trial.exactly("answered" + seconds, sleeping.get(), 200);
                } else {
                    trial.between("livenessFailsAfterSeconds", dead.get(), 9, 12);
                }
                trial.allServed("blocked" + seconds + "s", asleep);
                trial.addedP99AtMost("blocked" + seconds + "s", calm, asleep, 10);
            }
            trial.exactly("namedInTheLog", gateway.process().text().contains("acme.Sleeper") ? 1 : 0, 1);
            boolean alive = Trial.within(5000, () -> live(gateway) == 200);
            trial.exactly("aliveAgain", alive ? 1 : 0, 1);
        }
    }

    private static int live(GatewayUnderTest gateway) {
        try {
            return gateway.admin("/health/live");
        } catch (IOException none) {
            return 0;
        }
    }

    private static double blockedAfter(GatewayUnderTest gateway) {
        long begin = System.nanoTime();
        try {
            boolean failed = Trial.within(13_000, () -> live(gateway) == 503);
            return failed ? (System.nanoTime() - begin) / 1e9 : 99;
        } catch (InterruptedException e) {
            return 99;
        }
    }

    private static int sleep(int port, int seconds) {
        try {
            return RawClient.get(port, "/?" + seconds * 1000, "Connection: close")
                    .status();
        } catch (IOException cut) {
            return 0;
        }
    }

    private static void admin(Trial trial) throws Exception {
        int many = 1000;
        try (var origin = FaultOrigin.start();
                var gateway = GatewayUnderTest.start("""
                        services: { origin: { targets: "%s" } }
                        routes: { all: { match: { path: "/**" }, to: origin } }
                        """, origin.url())) {
            Phases.warm(trial, gateway.port(), "/ok", (int) RATE);
            var calm = load(gateway, 20, "calm");
            double heap = gateway.figures().liveHeapMib();
            try (var crowd = Crowd.of(many, gateway.adminPort())
                    .from(20)
                    .saying(RawClient.request("GET", "/admin/v1/events"))
                    .gather()
                    .awaitTried(60)) {
                var during = load(gateway, 20, "flooded");
                trial.allServed("flooded", during);
                trial.addedP99AtMost("flooded", calm, during, 2);
                trial.note("openAtTheAdminApi", crowd.open());
                trial.exactly("healthForOthers", gateway.admin("/health/ready"), 200);
                trial.exactly("statusForOthers", gateway.admin("/admin/v1/status"), 200);
                trial.heapGrowthAtMost(gateway.figures().liveHeapMib(), heap, 16);
            }
        }
    }
}
