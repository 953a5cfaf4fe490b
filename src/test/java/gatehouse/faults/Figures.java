package gatehouse.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel says about a process. */
final class Figures {
    private static final double TICKS_PER_SECOND = 100;

    private final Path folder;
    private final long pid;

    Figures(long pid) {
        this.pid = pid;
        folder = Path.of("/proc", Long.toString(pid));
    }

    /** How many files a process on this machine may have open, this one too. */
    static int mostFiles() throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/self/limits"))) {
            if (line.startsWith("Max open files")) {
                var hard = line.strip().split(" +")[4];
                return hard.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(hard);
            }
        }
        throw new IOException("no limit of open files in /proc/self/limits");
    }

    /** Resident memory in MiB. */
    double residentMib() throws IOException {
        for (var line : Files.readAllLines(folder.resolve("status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
            }
        }
        throw new IOException("no VmRSS of " + pid);
    }

    /** Files and sockets that are open. */
    int files() throws IOException {
        try (var files = Files.list(folder.resolve("fd"))) {
            return (int) files.count();
        }
    }

    /** The same once it has not changed for half a second. */
    int settledFiles() throws IOException, InterruptedException {
        int last = files();
        for (int same = 0, i = 0; same < 5 && i < 100; i++) {
            Thread.sleep(100);
            int now = files();
            same = now == last ? same + 1 : 0;
            last = now;
        }
        return last;
    }

    /** Waits until at most so many files are open; gives how many are. */
    int filesWithin(int most, long millis) throws IOException, InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        int now = files();
        while (now > most && System.nanoTime() - end < 0) {
            Thread.sleep(50);
            now = files();
        }
        return now;
    }

    /** Processor time so far, in seconds. */
    double cpuSeconds() throws IOException {
        var stat = Files.readString(folder.resolve("stat"));
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** Bytes of live objects after a full collection, in MiB. */
    double liveHeapMib() throws IOException {
        Attached.ask(pid, "GC.run");
        var told = Attached.ask(pid, "GC.heap_info").split("\n");
        for (var line : told) {
            var used = line.indexOf(" used ");
            if (used > 0 && line.contains("heap")) {
                return Long.parseLong(line.substring(used + 6, line.indexOf('K', used))
                                .strip())
                        / 1024.0;
            }
        }
        // the serial collector shows its generations apart
        double sum = 0;
        for (var line : told) {
            var used = line.indexOf(" used ");
            if (used > 0 && line.contains("generation")) {
                sum += Long.parseLong(line.substring(used + 6, line.indexOf('K', used))
                                .strip())
                        / 1024.0;
            }
        }
        return sum;
    }
}
