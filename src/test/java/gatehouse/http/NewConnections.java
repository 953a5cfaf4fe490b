package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import gatehouse.testing.RawClient;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.LoggerFactory;

/** Clients that connect anew for each request until they are refused, and what Netty logs meanwhile. */
final class NewConnections implements AutoCloseable {
    private static final int CLIENTS = 8;

    /** A client that asks later than that may find that its connection has ended, as nobody waits for it for long. */
    private static final Duration IN_TIME = Duration.ofMillis(400);

    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    private final List<Future<Integer>> served = new ArrayList<>();
    private final AtomicInteger answers = new AtomicInteger();
    private final Logger bootstrap = (Logger) LoggerFactory.getLogger("io.netty.bootstrap");
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    private NewConnections(int port) {
        logged.start();
        bootstrap.addAppender(logged);
        for (var i = 0; i < CLIENTS; i++) {
            Callable<Integer> asking = () -> untilRefused(port);
            served.add(clients.submit(asking));
        }
    }

    /** Clients of a port; each has been served a few times when this returns. */
    static NewConnections to(int port) throws Exception {
        var connections = new NewConnections(port);
        Waiting.until("served clients", () -> connections.answers.get() > 10 * CLIENTS);
        return connections;
    }

    private int untilRefused(int port) throws IOException {
        for (var count = 0; ; count++) {
            RawClient client;
            var begun = System.nanoTime();
            try {
                client = RawClient.connect(port);
            } catch (ConnectException e) {
                return count;
            }
            try (client) {
                assertThat(client.send(RawClient.request("GET", "/")).read().status())
                        .isEqualTo(200);
                answers.incrementAndGet();
            } catch (IOException ended) {
                if (System.nanoTime() - begun < IN_TIME.toNanos()) {
                    throw ended;
                }
            }
        }
    }

    /** Waits until all are refused; fails where one was neither served nor refused. */
    void assertServedOrRefused() throws Exception {
        for (var count : served) {
            assertThat(count.get(30, TimeUnit.SECONDS)).isPositive();
        }
        assertThat(logged.list).isEmpty();
    }

    @Override
    public void close() {
        bootstrap.detachAppender(logged);
        clients.shutdownNow();
    }
}
