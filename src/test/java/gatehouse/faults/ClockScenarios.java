package gatehouse.faults;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/** The wall clock jumps, by Debian's libfaketime, which leaves the monotonic clock alone. */
final class ClockScenarios {
    static final List<Scenario> ALL =
            List.of(Scenario.fullOnly("F44", "the wall clock jumps ten minutes", ClockScenarios::jumps));

    private ClockScenarios() {}

    private static Optional<Path> library() throws IOException {
        try (var files = Files.find(Path.of("/usr/lib"), 4, (file, facts) -> file.endsWith("libfaketimeMT.so.1"))) {
            return files.findFirst();
        }
    }

    private static void jumps(Trial trial) throws Exception {
        var library = library();
        assertThat(library)
                .as("libfaketime; `.ci/tools` installs Debian's package faketime")
                .isPresent();
        var offset = Files.createTempFile("gatehouse-clock", "");
        Files.writeString(offset, "+0");
        int deadline = trial.size(1000, 500);
        int eject = trial.size(16, 4);
        try (var origin = FaultOrigin.start();
                var ill = FaultOrigin.start();
                var gateway = new GatewayUnderTest.Launch(
                                """
                        listeners: { web: { listen: "127.0.0.1:0", limits: { idle: 5s } } }
                        services:
                          pair: { targets: [ "%s", "%s" ], health: { passive: { eject: %ds } } }
                          hang: { targets: "%s" }
                        routes:
                          all:  { match: { path: "/**" }, to: pair }
                          hang: { match: { path: "/hang" }, to: hang, timeout: { firstByte: %dms } }
                        """.formatted(origin.url(), ill.url(), eject, origin.url(), deadline))
                        .environment("LD_PRELOAD", library.get().toString())
                        .environment("FAKETIME_TIMESTAMP_FILE", offset.toString())
                        .environment("FAKETIME_CACHE_DURATION", "1")
                        .environment("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                        .environment("DONT_FAKE_MONOTONIC", "1")
                        .environment("FAKETIME_FORCE_MONOTONIC_FIX", "0") // its other way of waiting spins under Java
                        .start()) {
            Phases.warm(trial, gateway.port(), "/ok");
            ill.always("/status?code=503");
            LoadGenerator.to(gateway.port(), "/ok").rate(100).seconds(0.5).run(); // it is out now
            long ejected = System.nanoTime();
            int reached = ill.log().requests();

            int steps = trial.size(6, 1);
            var running = LoadGenerator.to(gateway.port(), "/ok")
                    .rate(100)
                    .seconds(steps * (1500 + deadline) / 1000.0)
                    .begin();
            double worst = 0;
            double least = Double.MAX_VALUE;
            double shift = 0;
            int early = 0;
            for (int step = 0; step < steps; step++) {
                int seconds = step % 2 == 0 ? 600 : -600;
                var hanging = java.util.concurrent.CompletableFuture.supplyAsync(() -> hang(gateway.port()));
                Thread.sleep(deadline / 3); // the jump comes while a deadline runs
                Files.writeString(offset, (seconds > 0 ? "+" : "") + seconds + "s");
                double millis = hanging.get();
                worst = Math.max(worst, Math.abs(millis - deadline));
                Thread.sleep(1500); // the file is looked at once a second
                least = Math.min(least, Math.abs(shiftOf(gateway)));
                shift = Math.max(shift, Math.abs(shiftOf(gateway)));
                if (System.nanoTime() - ejected < (eject - 1) * 1_000_000_000L
                        && ill.log().requests() > reached) {
                    early++;
                }
            }
            trial.atLeast("clockWasShiftedSeconds", least, 590);
            trial.note("clockWasShiftedMostSeconds", shift);
            trial.millisAtMost("deadlineOffByMillis", worst, 100);
            trial.exactly("readmittedEarly", early, 0);
            trial.allServed("others", running.get());
            ill.always(null);
            // neither lost for ever: the ejected one comes back at its time
            int before = ill.log().requests();
            Files.writeString(offset, "-600s");
            long wait = eject * 4000L;
            boolean back = Trial.within(wait, () -> serves(gateway) && ill.log().requests() > before);
            trial.exactly("readmittedAtLast", back ? 1 : 0, 1);
            Phases.recovery(trial, gateway.port(), "/ok");
        } finally {
            Files.delete(offset);
        }
    }

    private static boolean serves(GatewayUnderTest gateway) {
        try {
            return RawClient.get(gateway.port(), "/ok").status() == 200;
        } catch (IOException noAnswer) {
            return false;
        }
    }

    /** How long a request waited for its 504, in ms. */
    private static double hang(int port) {
        try {
            long begin = System.nanoTime();
            int status = RawClient.get(port, "/hang").status();
            return status == 504 ? (System.nanoTime() - begin) / 1e6 : 0;
        } catch (IOException noAnswer) {
            return 0;
        }
    }

    /** What the gateway's own wall clock is off by, as its answers say. */
    private static double shiftOf(GatewayUnderTest gateway) throws IOException {
        var date = RawClient.get(gateway.port(), "/ok").header("Date");
        var told = date == null
                ? Instant.now()
                : ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
        return Duration.between(Instant.now(), told).toMillis() / 1000.0;
    }
}
