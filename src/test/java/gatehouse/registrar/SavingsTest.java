package gatehouse.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.ConfigDocument;
import gatehouse.config.Overrides;
import gatehouse.config.Problems;
import gatehouse.config.RegistryConfig;
import gatehouse.registry.Clocks;
import gatehouse.registry.InstanceName;
import gatehouse.registry.Registrant;
import gatehouse.registry.Registry;
import gatehouse.registry.ServiceName;
import gatehouse.registry.Submission;
import gatehouse.testing.TestGateway;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SavingsTest {
    private static final Registrant OPS = new Registrant("ops", true);

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final Semaphore writes = new Semaphore(0);
    private final Semaphore mayWrite = new Semaphore(0);
    private final AtomicInteger atOnce = new AtomicInteger();
    private volatile int most;
    private volatile int written;
    private Registry registry;
    private Savings savings;

    @BeforeEach
    void begin() throws Exception {
        var document = ConfigDocument.parse("test.yaml", "{ save: 1h }", Overrides.NONE);
        var config = document.bind(RegistryConfig.class, Map.of(), new Problems(document));
        registry = new Registry(config, Clocks.SYSTEM);
        savings = new Savings(vertx, registry, this::write);
        run(savings::begin);
        registry.follow(() -> loop.runOnContext(go -> savings.soon()));
    }

    @AfterEach
    void close() throws Exception {
        mayWrite.release(1000);
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private void write() throws InterruptedException {
        most = Math.max(most, atOnce.incrementAndGet());
        var now = registry.entries().size();
        writes.release();
        mayWrite.acquire();
        written = now;
        atOnce.decrementAndGet();
    }

    @Test
    void a_change_is_written_long_before_renewals_are() throws Exception {
        mayWrite.release(1000);
        register("a");

        assertThat(writes.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void changes_during_a_write_are_written_together_by_the_next_and_never_two_at_once() throws Exception {
        register("a");
        assertThat(writes.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        for (var i = 0; i < 40; i++) {
            register("b" + i);
        }
        run(() -> {}); // all nudges were heard
        mayWrite.release(1000);
        assertThat(writes.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        end();

        assertThat(most).isEqualTo(1);
        assertThat(written).isEqualTo(41);
        assertThat(writes.availablePermits()).as("further writes").isZero();
    }

    @Test
    void a_renewal_alone_hastens_nothing_but_is_written_at_the_end() throws Exception {
        mayWrite.release(1000);
        register("a");
        assertThat(writes.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        registry.renew(name("a"), null, OPS);

        assertThat(writes.tryAcquire(300, TimeUnit.MILLISECONDS)).isFalse();
        end();
        assertThat(writes.tryAcquire()).isTrue();
    }

    @Test
    void the_last_write_waits_for_the_one_that_runs() throws Exception {
        register("a");
        assertThat(writes.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        register("b");
        Promise<Void> ended = Promise.promise();
        run(() -> savings.end().onComplete(over -> ended.complete()));
        assertThat(ended.future().isComplete()).isFalse();
        mayWrite.release(1000);
        TestGateway.await(ended.future());

        assertThat(written).isEqualTo(2);
        assertThat(most).isEqualTo(1);
    }

    private void end() throws Exception {
        Promise<Void> ended = Promise.promise();
        run(() -> savings.end().onComplete(over -> ended.complete()));
        TestGateway.await(ended.future());
    }

    private void register(String id) {
        registry.register(Submission.registration(name(id), Map.of("address", "10.0.0.1:80"), registry.config()), OPS);
    }

    private static InstanceName name(String id) {
        return new InstanceName(new ServiceName("default", "orders"), id);
    }

    private void run(Runnable work) throws Exception {
        Promise<Void> done = Promise.promise();
        loop.runOnContext(go -> {
            work.run();
            done.complete();
        });
        TestGateway.await(done.future());
    }
}
