package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A thousand streams whose clients take nothing for a while. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ManyStreamsTest {
    private static final int STREAMS = 1000;
    private static final int MESSAGES = 16;
    private static final int MESSAGE = 16 * 1024;

    private final AtomicLong written = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void a_thousand_streams_wait_for_slow_clients_and_all_end_whole() throws Exception {
        var vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        var origin = TestGateway.await(vertx.createHttpServer(new HttpServerOptions()
                        .setInitialSettings(new Http2Settings().setMaxConcurrentStreams(STREAMS)))
                .requestHandler(this::stream)
                .listen(0, "127.0.0.1"));
        try (var gateway = TestGateway.startWithGrpc("""
                listeners: { web: { listen: "127.0.0.1:0", protocols: [grpc], limits: { http2: { streams: 1000 } } } }
                services:
                  origin: { targets: "http://127.0.0.1:%d", protocol: grpc, concurrency: { max: 4000, adaptive: false } }
                routes:   { all: { match: { grpc: t.All }, to: origin } }
                """, origin.actualPort())) {
            var client = new CallClient(vertx, gateway.port());
            var responses = new ArrayList<HttpClientResponse>();
            for (var i = 0; i < STREAMS; i++) {
                responses.add(TestGateway.await(client.open("/t.All/Get")
                        .compose(request -> request.setChunked(true).send(CallClient.frame(0, "go")))
                        .map(HttpClientResponse::pause)));
            }
            assertThat(asked).hasValue(STREAMS);
            var held = awaitStandstill();
            assertThat(held).as("bytes on the way while nobody reads").isLessThan(STREAMS * 160L * 1024);
            var whole = new CountDownLatch(STREAMS);
            for (var response : responses) {
                var bytes = new AtomicLong();
                response.handler(chunk -> bytes.addAndGet(chunk.length()));
                response.endHandler(end -> {
                    assertThat(bytes).hasValue(MESSAGES * (MESSAGE + 5L));
                    assertThat(response.getTrailer("grpc-status")).isEqualTo("0");
                    whole.countDown();
                });
                response.resume();
            }
            assertThat(whole.await(60, TimeUnit.SECONDS))
                    .as(whole + " are left")
                    .isTrue();
        } finally {
            TestGateway.await(vertx.close());
        }
    }

    private void stream(HttpServerRequest request) {
        asked.incrementAndGet();
        request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .putTrailer("grpc-status", "0");
        next(request, 0);
    }

    private void next(HttpServerRequest request, int sent) {
        if (sent == MESSAGES) {
            request.response().end();
            return;
        }
        var message = Buffer.buffer(MESSAGE + 5)
                .appendByte((byte) 0)
                .appendInt(MESSAGE)
                .appendBytes(new byte[MESSAGE]);
        request.response().write(message).onSuccess(done -> {
            written.addAndGet(message.length());
            next(request, sent + 1);
        });
    }

    /** Until nothing more is taken of the service. */
    private long awaitStandstill() {
        var before = -1L;
        for (var now = written.get(); now != before; now = written.get()) {
            before = now;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        }
        return before;
    }
}
