package gatehouse.faults;

import java.io.IOException;
import java.util.Arrays;

/** What many scenarios do before and after their fault. */
final class Phases {
    private static final double RATE = 200;

    private Phases() {}

    /** Lets the compilers of both ends see the path. */
    static void warm(Trial trial, int port, String path) throws IOException {
        LoadGenerator.to(port, path)
                .rate(trial.size(500, 200))
                .seconds(trial.size(5, 1))
                .ids("warm")
                .run();
    }

    /** The fault is gone: within 10 s, without a restart, at least 99 % are served, and it stays so. */
    static void recovery(Trial trial, int port, String path) throws IOException {
        var load = LoadGenerator.to(port, path)
                .rate(RATE)
                .seconds(trial.size(13, 2))
                .ids("after")
                .run();
        double seconds = load.secondsToRecovery(load.startNanos(), 99);
        trial.atMost("recoverySeconds", seconds, trial.full() ? 10 : 1.5);
        trial.recovered(load.between(seconds, load.size() / RATE));
    }

    /** How often ids came to these origins beyond their first time. */
    static int repeats(String prefix, int count, FaultOrigin... origins) {
        int again = 0;
        for (int i = 0; i < count; i++) {
            var id = prefix + "-" + i;
            int times = Arrays.stream(origins)
                    .mapToInt(origin -> origin.log().deliveries(id))
                    .sum();
            again += Math.max(0, times - 1);
        }
        return again;
    }

    /** Ids that all these origins together got more than once. */
    static int duplicates(String prefix, int count, FaultOrigin... origins) {
        int twice = 0;
        for (int i = 0; i < count; i++) {
            var id = prefix + "-" + i;
            int times = Arrays.stream(origins)
                    .mapToInt(origin -> origin.log().deliveries(id))
                    .sum();
            if (times > 1) {
                twice++;
            }
        }
        return twice;
    }
}
