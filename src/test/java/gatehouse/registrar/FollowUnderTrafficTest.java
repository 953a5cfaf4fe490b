package gatehouse.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.Waiting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FollowUnderTrafficTest extends FollowCase {
    @Test
    void instances_come_and_go_under_traffic_and_no_request_fails() throws Exception {
        start("orders");
        orders.register("stays", origin("stays"));
        Waiting.until("an answer", () -> get().status() == 200);
        var over = new AtomicBoolean();
        var answered = new AtomicInteger();
        var failed = new HashSet<String>();
        var threads = Executors.newFixedThreadPool(4);
        var clients = new ArrayList<CompletableFuture<Void>>();
        for (var i = 0; i < 4; i++) {
            clients.add(CompletableFuture.runAsync(
                    () -> {
                        while (!over.get()) {
                            var response = get();
                            answered.incrementAndGet();
                            if (response.status() != 200) {
                                synchronized (failed) {
                                    failed.add(response.head().raw() + response.text());
                                }
                            }
                        }
                    },
                    threads));
        }
        for (var round = 0; round < 10; round++) {
            var id = "r" + round;
            var origin = RawOrigin.answering(Answers.ok(id));
            orders.register(id, origin.url());
            Waiting.until("traffic at " + id, () -> !origin.requests().isEmpty());
            orders.deregister(id);
            Waiting.until("gone", () -> targets().size() == 1);
            Waiting.until("nothing in flight", () -> idle(origin));
            origins.add(origin);
        }
        over.set(true);
        for (var client : clients) {
            client.join();
        }
        threads.shutdown();
        assertThat(failed).isEmpty();
        assertThat(answered).hasValueGreaterThan(10);
    }

    private boolean idle(RawOrigin origin) {
        var before = origin.requests().size();
        answering(4);
        return origin.requests().size() == before;
    }
}
