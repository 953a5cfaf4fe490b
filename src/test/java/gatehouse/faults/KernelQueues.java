package gatehouse.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Bytes that lie in the kernel, on their way between two processes. */
final class KernelQueues {
    private KernelQueues() {}

    /** Sent or received and not taken yet, over all sockets with one of these ports at either end. */
    static long bytes(int... ports) throws IOException {
        long sum = 0;
        for (var table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (var line : Files.readAllLines(Path.of(table))) {
                var fields = line.strip().split("\\s+");
                if (fields.length > 4 && fields[1].contains(":") && concerns(fields, ports)) {
                    sum += Long.parseLong(fields[4].substring(0, 8), 16) + Long.parseLong(fields[4].substring(9), 16);
                }
            }
        }
        return sum;
    }

    private static boolean concerns(String[] fields, int... ports) {
        int local = Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16);
        int remote = Integer.parseInt(fields[2].substring(fields[2].indexOf(':') + 1), 16);
        boolean listening = fields[3].equals("0A");
        for (int port : ports) {
            if (!listening && (local == port || remote == port)) {
                return true;
            }
        }
        return false;
    }
}
