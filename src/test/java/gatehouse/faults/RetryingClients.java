package gatehouse.faults;

import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that ask by a schedule, and at once again when they are refused, so many times: what makes an overload worse. */
final class RetryingClients implements AutoCloseable {
    private static final int THREADS = 600;
    private static final int MOST_SECONDS = 600;

    private final int port;
    private final String path;
    private final double rate;
    private final int tries;
    private final AtomicLong next = new AtomicLong();
    private final AtomicIntegerArray asked = new AtomicIntegerArray(MOST_SECONDS);
    private final AtomicIntegerArray served = new AtomicIntegerArray(MOST_SECONDS);
    private final AtomicIntegerArray tried = new AtomicIntegerArray(MOST_SECONDS);
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private volatile boolean over;
    private long start;

    RetryingClients(int port, String path, double rate, int tries) {
        this.port = port;
        this.path = path;
        this.rate = rate;
        this.tries = tries;
    }

    void begin() {
        start = System.nanoTime();
        for (int i = 0; i < THREADS; i++) {
            threads.submit(this::run);
        }
    }

    private void run() {
        RawClient client = null;
        while (!over) {
            long number = next.getAndIncrement();
            long due = start + (long) (number / rate * 1e9);
            try {
                Thread.sleep(Math.max(0, (due - System.nanoTime()) / 1_000_000));
            } catch (InterruptedException ended) {
                break;
            }
            int second = Math.min(MOST_SECONDS - 1, (int) (number / rate));
            asked.incrementAndGet(second);
            boolean good = false;
            for (int i = 0; i < tries && !good && !over; i++) {
                tried.incrementAndGet(second);
                try {
                    client = client == null ? RawClient.connect(port) : client;
                    var answer = client.send(RawClient.request("GET", path)).read();
                    good = answer.status() == 200;
                    if ("close".equalsIgnoreCase(answer.header("Connection"))) {
                        client.close();
                        client = null;
                    }
                } catch (IOException broken) {
                    client = null;
                }
            }
            if (good) {
                served.incrementAndGet(second);
            }
        }
    }

    /** The second that it is now. */
    int second() {
        return (int) ((System.nanoTime() - start) / 1_000_000_000L);
    }

    /** Share of the requests of these seconds that were served in the end. */
    double okPercent(int from, int to) {
        return 100.0 * sum(served, from, to) / Math.max(1, sum(asked, from, to));
    }

    double triesPerRequest(int from, int to) {
        return (double) sum(tried, from, to) / Math.max(1, sum(asked, from, to));
    }

    private static int sum(AtomicIntegerArray seconds, int from, int to) {
        int sum = 0;
        for (int i = Math.max(0, from); i < to; i++) {
            sum += seconds.get(i);
        }
        return sum;
    }

    @Override
    public void close() {
        over = true;
        threads.shutdownNow();
    }
}
