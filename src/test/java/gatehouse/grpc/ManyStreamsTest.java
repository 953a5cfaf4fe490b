package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/**
 * A thousand streams at once, all on one connection of one client and so on one event loop, half of which nobody reads for a while.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ManyStreamsTest {
    private static final int KIB = 1024;
    private static final int WINDOW = 4 * KIB;

    /** Of each stream what the windows on both sides of the gateway hold, and what it has in hand. */
    private static final long MOST_ON_THE_WAY = 164 * KIB;

    /** What a stream is like. */
    private enum Kind {
        /** Read at once. */
        QUICK(500, 2, KIB),
        /** Unread for a while, with more than its window at the client. */
        SLOW(490, 1, 6 * KIB),
        /** Unread for a while, with more than there is room for on the whole way. */
        LONG(10, 20, 12 * KIB);

        private final int count;
        private final int messages;
        private final int size;
        private final AtomicLong written = new AtomicLong();
        private final CountDownLatch began;
        private final CountDownLatch good;

        Kind(int count, int messages, int size) {
            this.count = count;
            this.messages = messages;
            this.size = size;
            this.began = new CountDownLatch(count);
            this.good = new CountDownLatch(count);
        }
    }

    private static final int PREFIX = 5;

    private final Queue<HttpClientResponse> unread = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> failed = new ConcurrentHashMap<>();

    @Test
    void half_of_a_thousand_streams_go_on_while_nobody_reads_the_others_and_all_end_whole() throws Exception {
        var vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        var origin = TestGateway.await(vertx.createHttpServer(
                        new HttpServerOptions().setInitialSettings(new Http2Settings().setMaxConcurrentStreams(400)))
                .requestHandler(ManyStreamsTest::serve)
                .listen(0, "127.0.0.1"));
        try (var gateway = TestGateway.startWithGrpc("""
                listeners: { web: { listen: "127.0.0.1:0", protocols: [grpc], limits: { http2: { streams: 1000 } } } }
                services:
                  origin: { targets: "http://127.0.0.1:%d", protocol: grpc, concurrency: { max: 2000, adaptive: false } }
                routes:   { all: { match: { grpc: t.All }, to: origin, timeout: { connect: 10s } } }
                """, origin.actualPort())) {
            var client = client(vertx);
            for (var kind : new Kind[] {Kind.SLOW, Kind.LONG}) {
                begin(client, gateway.port(), kind);
                await(kind.began, kind + " have begun");
            }
            begin(client, gateway.port(), Kind.QUICK);
            await(Kind.QUICK.good, "quick ones have ended");
            assertThat(Kind.SLOW.good.getCount() + Kind.LONG.good.getCount())
                    .as("nobody reads the others yet")
                    .isEqualTo(unread.size());
            assertThat(atStandstill(Kind.LONG.written))
                    .as("bytes on the way while nobody reads")
                    .isLessThan(Kind.LONG.count * MOST_ON_THE_WAY);
            unread.forEach(HttpClientResponse::resume);
            await(Kind.SLOW.good, "slow ones have ended");
            await(Kind.LONG.good, "long ones have ended");
        } finally {
            TestGateway.await(vertx.close());
        }
    }

    private void await(CountDownLatch latch, String what) throws InterruptedException {
        assertThat(latch.await(40, TimeUnit.SECONDS))
                .as("%s; %s have not; failures: %s", what, latch.getCount(), failed)
                .isTrue();
    }

    /** One connection, on which a stream may have little on its way, and all together much. */
    private static HttpClient client(Vertx vertx) {
        return vertx.createHttpClient(
                new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false)
                        .setHttp2ConnectionWindowSize(64 * KIB * KIB)
                        .setInitialSettings(new Http2Settings().setInitialWindowSize(WINDOW)),
                new PoolOptions().setHttp2MaxSize(1));
    }

    /** All calls of a kind. */
    private void begin(HttpClient client, int port, Kind kind) {
        var to = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost("127.0.0.1")
                .setPort(port)
                .setURI("/t.All/" + kind);
        for (var i = 0; i < kind.count; i++) {
            client.request(to)
                    .compose(request -> request.putHeader("content-type", "application/grpc")
                            .send(Buffer.buffer(new byte[] {0, 0, 0, 0, 0})))
                    .onSuccess(response -> began(kind, response))
                    .onFailure(cause -> failed.merge(kind + " " + cause, 1, Integer::sum));
        }
    }

    private void began(Kind kind, HttpClientResponse response) {
        var bytes = new AtomicLong();
        response.exceptionHandler(cause -> failed.merge(kind + " " + cause, 1, Integer::sum));
        response.handler(chunk -> bytes.addAndGet(chunk.length()));
        response.endHandler(end -> {
            var status = response.getTrailer("grpc-status");
            if ("0".equals(status) && bytes.get() == (long) kind.messages * (kind.size + PREFIX)) {
                kind.good.countDown();
            } else {
                failed.merge(kind + " " + status + ", " + bytes + " B", 1, Integer::sum);
            }
        });
        if (kind != Kind.QUICK) {
            response.pause();
            unread.add(response);
        }
        kind.began.countDown();
    }

    private static void serve(HttpServerRequest request) {
        request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .putTrailer("grpc-status", "0");
        next(request, Kind.valueOf(request.path().substring("/t.All/".length())), 0);
    }

    private static void next(HttpServerRequest request, Kind kind, int sent) {
        if (sent == kind.messages) {
            request.response().end();
            return;
        }
        var message = Buffer.buffer(kind.size + PREFIX)
                .appendByte((byte) 0)
                .appendInt(kind.size)
                .appendBytes(new byte[kind.size]);
        request.response().write(message).onSuccess(done -> {
            kind.written.addAndGet(message.length());
            next(request, kind, sent + 1);
        });
    }

    /** Until nothing more is taken of the service. */
    private static long atStandstill(AtomicLong written) {
        var before = -1L;
        for (var now = written.get(); now != before; now = written.get()) {
            before = now;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        return before;
    }
}
