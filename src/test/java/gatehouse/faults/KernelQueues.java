package gatehouse.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bytes that lie in the kernel, on their way between two processes. */
final class KernelQueues {
    private static final int ADDRESS_PORT = 9;

    private KernelQueues() {}

    /** Sent or received and not taken yet, over all sockets with one of these ports at either end. */
    static long bytes(int... ports) throws IOException {
        long sum = 0;
        for (var line : Files.readAllLines(Path.of("/proc/net/tcp"))) {
            var fields = line.strip().split("\\s+");
            if (fields.length > 4 && fields[1].indexOf(':') == ADDRESS_PORT - 1 && concerns(fields, ports)) {
                sum += Long.parseLong(fields[4].substring(0, 8), 16) + Long.parseLong(fields[4].substring(9), 16);
            }
        }
        return sum;
    }

    private static boolean concerns(String[] fields, int... ports) {
        int local = Integer.parseInt(fields[1].substring(ADDRESS_PORT), 16);
        int remote = Integer.parseInt(fields[2].substring(ADDRESS_PORT), 16);
        boolean listening = fields[3].equals("0A");
        for (int port : ports) {
            if (!listening && (local == port || remote == port)) {
                return true;
            }
        }
        return false;
    }
}
