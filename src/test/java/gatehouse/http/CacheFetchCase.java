package gatehouse.http;

import gatehouse.cache.Purge;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Clients that ask a gateway with a cache for the same at one time; each test for something else. */
abstract class CacheFetchCase {
    static final int MANY = 20;
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "client");
        thread.setDaemon(true);
        return thread;
    });

    static CacheScene scene;
    private static int targets;
    private final List<AutoCloseable> open = new ArrayList<>();
    String target = "";

    /** Before all tests of a class. */
    static void open(String ofRoute, String ofNode) throws Exception {
        scene = CacheScene.with(ofRoute, "cache: " + ofNode);
    }

    @BeforeEach
    void next() {
        target = nextTarget();
    }

    static String nextTarget() {
        return "/fetch/" + ++targets;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var opened : open) {
            opened.close();
        }
    }

    @AfterAll
    static void stop() throws IOException {
        scene.close();
    }

    /** So many at one time, let go when all of them wait for the one that is at the service. */
    final List<RawResponse> getMany(int count, Gate gate) throws Exception {
        var answers = new ArrayList<CompletableFuture<RawResponse>>();
        answers.add(inBackground());
        Waiting.until("one at the service", () -> gate.waiting() == 1);
        var waits = waits();
        for (var i = 1; i < count; i++) {
            answers.add(inBackground());
        }
        Waiting.until("all wait", () -> waits() == waits + count - 1);
        gate.open();
        var all = new ArrayList<RawResponse>();
        for (var answer : answers) {
            all.add(answer.get());
        }
        return all;
    }

    /** Makes what is stored stale, which was for everybody when it came. */
    final void makeStale() {
        var soft = new Purge(List.of(), List.of("http://localhost" + target), null, false, true);
        scene.gateway().node().cache().purge(soft);
    }

    /** So many clients are there. */
    static long connections() {
        var line = "gatehouse_connections{listener=\"web\"} ";
        return scene.gateway()
                .node()
                .metrics()
                .scrape()
                .lines()
                .filter(text -> text.startsWith(line))
                .mapToLong(text -> (long) Double.parseDouble(text.substring(line.length())))
                .sum();
    }

    static long waits() {
        return scene.gateway().node().cache().sample().waits();
    }

    private long waitsBefore = waits();

    final void awaitWaiting(int count) {
        Waiting.until("so many wait", () -> waits() - waitsBefore == count);
    }

    final CompletableFuture<RawResponse> inBackground(String... fields) {
        var at = target;
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return scene.get(at, fields);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                THREADS);
    }

    final RawResponse get() {
        try {
            return scene.get(target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    final RawClient client() throws IOException {
        var client = scene.gateway().client();
        open.add(client);
        return client;
    }
}
