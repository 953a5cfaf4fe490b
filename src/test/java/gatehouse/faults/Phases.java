package gatehouse.faults;

import java.io.IOException;
import java.util.Arrays;

/** What many scenarios do before and after their fault. */
final class Phases {
    private static final double RATE = 200;

    private Phases() {}

    /** Lets the compilers of both ends see the path, gently, and waits until all is served: a cold start is no fault. */
    static void warm(Trial trial, int port, String path) throws IOException {
        for (int rate : trial.full() ? new int[] {50, 100, 200, 400} : new int[] {100}) {
            LoadGenerator.to(port, path)
                    .rate(rate)
                    .seconds(trial.full() ? 1.5 : 0.3)
                    .ids("warm" + rate)
                    .run();
        }
        untilServed(port, path, 100, trial.full() ? 0.5 : 0.3);
    }

    /** The same, and then up to a rate that nobody asks of a process that has just begun. */
    static void warm(Trial trial, int port, String path, int most) throws IOException {
        warm(trial, port, path);
        for (int rate = 800; rate < most; rate *= 2) {
            LoadGenerator.to(port, path)
                    .rate(rate)
                    .seconds(2)
                    .ids("warm" + rate)
                    .run();
        }
        untilServed(port, path, most, trial.full() ? 3 : 0.5);
    }

    private static void untilServed(int port, String path, int rate, double seconds) throws IOException {
        for (int i = 0; i < 20; i++) {
            var calm = LoadGenerator.to(port, path)
                    .rate(rate)
                    .seconds(seconds)
                    .ids("calm" + rate + "-" + i)
                    .run();
            if (calm.ok() == calm.size()) {
                return;
            }
        }
    }

    /** The fault is gone: within 10 s, without a restart, at least 99 % are served, and it stays so. */
    static void recovery(Trial trial, int port, String path) throws IOException {
        if (!trial.full()) {
            shortRecovery(trial, port, path);
            return;
        }
        var load =
                LoadGenerator.to(port, path).rate(RATE).seconds(13).ids("after").run();
        double seconds = load.secondsToRecovery(load.startNanos(), 99);
        trial.atMost("recoverySeconds", seconds, 10);
        trial.recovered(seconds >= load.size() / RATE ? load : load.between(seconds, load.size() / RATE));
    }

    /** Half a second of requests, again and again until they are served. */
    private static void shortRecovery(Trial trial, int port, String path) throws IOException {
        long begin = System.nanoTime();
        double seconds = 0;
        LoadResult load;
        do {
            seconds = (System.nanoTime() - begin) / 1e9;
            load = LoadGenerator.to(port, path)
                    .rate(RATE / 2)
                    .seconds(0.5)
                    .ids("after" + begin)
                    .run();
        } while (load.okPercent() < 99 && seconds < 10);
        trial.atMost("recoverySeconds", seconds, 10);
        trial.recovered(load);
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
