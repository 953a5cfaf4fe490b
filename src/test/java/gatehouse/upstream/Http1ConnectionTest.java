package gatehouse.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawOrigin;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Which answer belongs to which request, and what an end costs. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class Http1ConnectionTest {
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private Vertx vertx;
    private Context loop;
    private RawOrigin origin;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        loop = vertx.getOrCreateContext();
    }

    @AfterEach
    void stop() throws Exception {
        origin.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** Keeps count of what it hears. */
    private static final class Heard extends Ask implements TargetRequest.Listener {
        private final Consumer<TargetRequest> first;
        private final CompletableFuture<TargetRequest> request = new CompletableFuture<>();
        private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
        private final CompletableFuture<TargetAnswer> answer = new CompletableFuture<>();
        private final AtomicInteger answers = new AtomicInteger();

        Heard(Consumer<TargetRequest> first) {
            this.first = first;
        }

        @Override
        protected void connected(TargetRequest begun) {
            begun.head(HttpMethod.POST, "/", "localhost", fields -> {}, this);
            begun.chunked();
            first.accept(begun);
            request.complete(begun);
        }

        @Override
        protected void settled() {}

        @Override
        public void responded(TargetAnswer come) {
            answers.incrementAndGet();
            answer.complete(come);
        }

        @Override
        public void hinted(MultiMap hints) {}

        @Override
        public void proceed() {}

        @Override
        public void failed(Throwable cause) {
            failure.complete(cause);
        }
    }

    /** Asks for a connection, on which {@code first} is done at once. */
    private Heard ask(Consumer<TargetRequest> first) {
        var pool = new TargetPool(
                (VertxInternal) vertx,
                vertx.createHttpClient(),
                SocketAddress.inetSocketAddress(origin.port(), "127.0.0.1"),
                "127.0.0.1",
                1,
                Duration.ofMinutes(1),
                new HeadBytes());
        var heard = new Heard(first);
        loop.runOnContext(now -> pool.ask(heard, false));
        return heard;
    }

    @Test
    void what_comes_before_a_request_was_sent_is_no_answer_to_it() throws Exception {
        origin = RawOrigin.serving(connection -> {
            connection.send(ANSWER);
            connection.awaitClosed();
        });
        var heard = ask(request -> {});
        assertThat(heard.failure).succeedsWithin(30, TimeUnit.SECONDS);
        assertThat(heard.answers).hasValue(0);
        origin.awaitClosed(1);
    }

    @Test
    void a_second_answer_to_a_request_that_goes_on_ends_the_connection_and_the_first_is_whole() throws Exception {
        var more = new CountDownLatch(1);
        origin = RawOrigin.serving(connection -> {
            connection.awaitReceived(1);
            connection.send(ANSWER);
            await(more);
            connection.send(ANSWER.replace("ok", "no"));
            connection.awaitClosed();
        });
        var heard = ask(TargetRequest::sendHead);
        var answer = heard.answer.get(30, TimeUnit.SECONDS);
        more.countDown();
        origin.awaitClosed(1);
        var body = new CompletableFuture<String>();
        loop.runOnContext(now -> {
            var text = new StringBuilder();
            answer.handler(text::append)
                    .endHandler(end -> body.complete(text.toString()))
                    .exceptionHandler(body::completeExceptionally)
                    .resume();
        });
        assertThat(body.get(30, TimeUnit.SECONDS)).isEqualTo("ok");
        assertThat(heard.answers).hasValue(1);
    }

    @Test
    void one_that_is_given_up_is_closed_though_the_target_does_not_read() throws Exception {
        origin = RawOrigin.answering("ok").readingAtMost(1);
        var pieces = 256;
        var piece = Buffer.buffer(new byte[64 * 1024]);
        var taken = new CountDownLatch(pieces);
        var heard = ask(request -> {
            for (var i = 0; i < pieces; i++) {
                request.write(piece, taken::countDown);
            }
        });
        var request = heard.request.get(30, TimeUnit.SECONDS);
        assertThat(taken.getCount()).isPositive();
        loop.runOnContext(now -> request.abandon());
        assertThat(taken.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
