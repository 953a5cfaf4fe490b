package gatehouse.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawOrigin;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TargetPoolTest {
    private Vertx vertx;
    private HttpClientAgent client;
    private RawOrigin origin;
    private Context loop;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        client = vertx.createHttpClient();
        origin = RawOrigin.answering(Answers.ok("ok"));
        loop = vertx.getOrCreateContext();
    }

    @AfterEach
    void stop() throws Exception {
        origin.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private TargetPool pool(int most, int port) {
        return new TargetPool(
                (VertxInternal) vertx,
                client,
                SocketAddress.inetSocketAddress(port, "127.0.0.1"),
                "127.0.0.1",
                most,
                Duration.ofMinutes(1),
                new HeadBytes());
    }

    /** Asks, sends and waits for the end of the answer. */
    private static final class Asked extends Ask implements TargetRequest.Listener {
        private final CompletableFuture<Integer> status = new CompletableFuture<>();
        private volatile @Nullable Context context;

        @Override
        protected void connected(TargetRequest request) {
            context = Vertx.currentContext();
            request.head(HttpMethod.GET, "/", "localhost", fields -> {}, this);
            request.end(null);
        }

        @Override
        protected void settled() {}

        @Override
        public void responded(TargetAnswer answer) {
            answer.exceptionHandler(status::completeExceptionally)
                    .endHandler(end -> status.complete(answer.status()))
                    .resume();
        }

        @Override
        public void hinted(MultiMap hints) {
            status.completeExceptionally(new AssertionError("hints"));
        }

        @Override
        public void proceed() {
            status.completeExceptionally(new AssertionError("a word to go on"));
        }

        @Override
        public void failed(Throwable cause) {
            status.completeExceptionally(cause);
        }

        int await() throws Exception {
            return status.get(30, TimeUnit.SECONDS);
        }
    }

    private Asked ask(TargetPool pool, boolean fresh) {
        var asked = new Asked();
        loop.runOnContext(now -> pool.ask(asked, fresh));
        return asked;
    }

    private Asked askAfterOneThatGivesUp(TargetPool pool, Asked first) {
        var second = new Asked();
        loop.runOnContext(now -> {
            pool.ask(first, false);
            first.cancel();
            pool.ask(second, false);
        });
        return second;
    }

    @Test
    void one_connection_serves_one_request_after_the_other() throws Exception {
        var pool = pool(5, origin.port());
        for (var i = 0; i < 10; i++) {
            assertThat(ask(pool, false).await()).isEqualTo(200);
        }
        assertThat(origin.connections()).hasSize(1);
    }

    @Test
    void a_fresh_one_is_fresh_though_another_is_idle() throws Exception {
        var pool = pool(5, origin.port());
        assertThat(ask(pool, false).await()).isEqualTo(200);
        assertThat(ask(pool, true).await()).isEqualTo(200);
        assertThat(origin.connections()).hasSize(2);
    }

    @Test
    void who_waits_for_another_is_told_within_its_own_context() throws Exception {
        var pool = pool(1, origin.port());
        var first = ask(pool, false);
        var second = ask(pool, false);
        assertThat(first.await()).isEqualTo(200);
        assertThat(second.await()).isEqualTo(200);
        assertThat(second.context).isSameAs(loop);
    }

    @Test
    void what_one_gave_up_to_wait_for_serves_the_next() throws Exception {
        var pool = pool(1, origin.port());
        var first = new Asked();
        var second = askAfterOneThatGivesUp(pool, first);
        assertThat(second.await()).isEqualTo(200);
        assertThat(first.status).isNotDone();
        assertThat(origin.connections()).hasSize(1);
    }

    @Test
    void who_waits_for_an_attempt_that_fails_makes_one_itself() throws Exception {
        var pool = pool(1, RawOrigin.closedPort());
        var first = new Asked();
        var second = askAfterOneThatGivesUp(pool, first);
        assertThat(second.status).failsWithin(30, TimeUnit.SECONDS);
        assertThat(first.status).isNotDone();
        var empty = new CompletableFuture<Boolean>();
        loop.runOnContext(now -> empty.complete(pool.isEmpty()));
        assertThat(empty.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void one_that_the_target_closed_is_not_used_again() throws Exception {
        var pool = pool(1, origin.port());
        assertThat(ask(pool, false).await()).isEqualTo(200);
        origin.connections().get(0).close();
        origin.connections().get(0).awaitClosed();
        assertThat(ask(pool, true).await()).isEqualTo(200);
        assertThat(ask(pool, false).await()).isEqualTo(200);
        assertThat(origin.connections()).hasSize(2);
    }
}
