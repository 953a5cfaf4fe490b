package gatehouse.grpc;

import static gatehouse.grpc.CallClient.frame;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that one side gives up. */
class CallCancelTest extends CallCase {
    CallCancelTest() {
        super("""
                routes:
                  any:  { match: { grpc: t.Any }, to: origin }
                  once: { match: { grpc: t.Once }, to: origin, retry: null }
                """);
    }

    @ParameterizedTest
    @CsvSource({"0, 13", "1, 13", "2, 13", "5, 13", "7, 14", "8, 1", "11, 8", "12, 7", "13, 2", "99, 2"})
    void a_service_s_reset_means_what_gRPC_says_of_its_code(int code, String status) throws Exception {
        script = request -> request.response().reset(code);
        assertThat(client.call("/t.Once/Get").status()).as("before an answer").isEqualTo(status);
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .write(frame(0, "first"))
                .onSuccess(sent -> request.response().reset(code));
        assertThat(client.call("/t.Once/Get").status()).as("behind a message").isEqualTo(status);
    }

    @Test
    void a_service_whose_connection_ends_is_UNAVAILABLE() throws Exception {
        script = request -> request.connection().close();
        assertThat(client.call("/t.Once/Get").status()).isEqualTo("14");
    }

    @Test
    void a_service_that_gives_up_at_the_deadline_was_late() throws Exception {
        script = request -> vertx.setTimer(90, late -> request.response().reset(8));
        assertThat(client.call("/t.Once/Get", "grpc-timeout: 100m").status()).isEqualTo("4");
    }

    /** What a call that is cancelled waits for. */
    private enum Unread {
        /** An answer. */
        NOTHING_CAME,
        /** A client that reads what came. */
        UNREAD_ANSWER,
        /** A service that reads what was sent. */
        UNREAD_REQUEST
    }

    @ParameterizedTest
    @EnumSource
    void a_client_that_cancels_is_heard_at_the_service_within_100_ms(Unread waiting) throws Exception {
        isQuick(() -> {
            var came = new CompletableFuture<Void>();
            var reset = new CompletableFuture<Long>();
            script = request -> {
                var response = request.response().exceptionHandler(cause -> reset.complete(System.nanoTime()));
                if (waiting == Unread.UNREAD_ANSWER) {
                    response.putHeader("content-type", "application/grpc").setChunked(true);
                    response.write(frame(0, "x".repeat(1_000_000)));
                } else if (waiting == Unread.UNREAD_REQUEST) {
                    request.pause();
                }
                came.complete(null);
            };
            var call = TestGateway.await(client.open("/t.Any/Get")).setChunked(true);
            var answered = call.response().map(response -> response.pause());
            call.write(frame(0, waiting == Unread.UNREAD_REQUEST ? "x".repeat(1_000_000) : "hello"));
            came.get(30, TimeUnit.SECONDS);
            if (waiting == Unread.UNREAD_ANSWER) {
                TestGateway.await(answered);
            }
            var began = System.nanoTime();
            call.reset(8);
            return reset.get(30, TimeUnit.SECONDS) - began;
        });
        assertThat(gateway.node().metrics().scrape())
                .as("it has not sent a request that is broken")
                .doesNotContain("problem=\"malformed-request\"");
    }

    /** Tries until it is: a machine may be busy. */
    private static void isQuick(Callable<Long> attempt) throws Exception {
        Waiting.until("within 100 ms", () -> attempt.call() < TimeUnit.MILLISECONDS.toNanos(100));
    }

    @Test
    void a_service_that_resets_a_stream_is_heard_at_the_client_within_100_ms() throws Exception {
        isQuick(() -> {
            var came = new CompletableFuture<HttpServerRequest>();
            script = request -> request.response()
                    .putHeader("content-type", "application/grpc")
                    .setChunked(true)
                    .write(frame(0, "first"))
                    .onSuccess(sent -> came.complete(request));
            var response = TestGateway.await(client.open("/t.Any/Get").compose(request -> {
                request.setChunked(true);
                return request.sendHead().compose(sent -> request.response());
            }));
            var ended = new CompletableFuture<Long>();
            response.endHandler(end -> ended.complete(System.nanoTime()));
            response.resume();
            var service = came.get(30, TimeUnit.SECONDS);
            var began = System.nanoTime();
            service.response().reset(2);
            var took = ended.get(30, TimeUnit.SECONDS) - began;
            assertThat(response.trailers().get("grpc-status")).isEqualTo("13");
            return took;
        });
    }

    @Test
    void the_end_of_a_client_s_connection_is_heard_at_the_service_within_100_ms() throws Exception {
        isQuick(() -> {
            var came = new CompletableFuture<Void>();
            var reset = new CompletableFuture<Long>();
            script = request -> {
                request.response().exceptionHandler(cause -> reset.complete(System.nanoTime()));
                came.complete(null);
            };
            var another = new CallClient(vertx, gateway.port());
            var call = TestGateway.await(another.open("/t.Any/Get")
                    .compose(request -> request.setChunked(true).sendHead().map(request)));
            came.get(30, TimeUnit.SECONDS);
            var began = System.nanoTime();
            call.connection().close();
            return reset.get(30, TimeUnit.SECONDS) - began;
        });
    }

    @Test
    void a_page_that_closes_its_connection_is_heard_at_the_service_within_100_ms() throws Exception {
        isQuick(() -> {
            var came = new CompletableFuture<Void>();
            var reset = new CompletableFuture<Long>();
            script = request -> {
                request.response().exceptionHandler(cause -> reset.complete(System.nanoTime()));
                came.complete(null);
            };
            long began;
            try (var page = RawClient.connect(gateway.port())) {
                page.send(RawClient.request(
                                "POST", "/t.Any/Get", "Content-Type: application/grpc-web", "Content-Length: 5")
                        + "\0\0\0\0\0");
                came.get(30, TimeUnit.SECONDS);
                began = System.nanoTime();
            }
            return reset.get(30, TimeUnit.SECONDS) - began;
        });
    }
}
