package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

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
            var channel = NettyChannelBuilder.forAddress("127.0.0.1", gateway.port())
                    .usePlaintext()
                    .flowControlWindow(WINDOW)
                    .build();
            try {
                var unread = new ArrayList<ClientCall<byte[], byte[]>>();
                for (var kind : new Kind[] {Kind.SLOW, Kind.LONG}) {
                    for (var i = 0; i < kind.count; i++) {
                        unread.add(begin(channel, kind));
                    }
                    await(kind.began, kind + " have begun");
                }
                for (var i = 0; i < Kind.QUICK.count; i++) {
                    begin(channel, Kind.QUICK).request(Kind.QUICK.messages + 1);
                }
                await(Kind.QUICK.good, "quick ones have ended");
                assertThat(Kind.SLOW.good.getCount() + Kind.LONG.good.getCount())
                        .as("nobody reads the others yet")
                        .isEqualTo(unread.size());
                assertThat(atStandstill(Kind.LONG.written))
                        .as("bytes on the way while nobody reads")
                        .isLessThan(Kind.LONG.count * MOST_ON_THE_WAY);
                unread.forEach(call -> call.request(Kind.LONG.messages + 1));
                await(Kind.SLOW.good, "slow ones have ended");
                await(Kind.LONG.good, "long ones have ended");
            } finally {
                channel.shutdownNow();
            }
        } finally {
            TestGateway.await(vertx.close());
        }
    }

    private void await(CountDownLatch latch, String what) throws InterruptedException {
        assertThat(latch.await(40, TimeUnit.SECONDS))
                .as("%s; %s have not; failures: %s", what, latch.getCount(), failed)
                .isTrue();
    }

    /** A call that asks for no message yet. */
    private ClientCall<byte[], byte[]> begin(Channel channel, Kind kind) {
        var call = channel.newCall(
                MethodDescriptor.newBuilder(BYTES, BYTES)
                        .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                        .setFullMethodName("t.All/" + kind)
                        .build(),
                CallOptions.DEFAULT);
        var bytes = new AtomicLong();
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onHeaders(Metadata headers) {
                        kind.began.countDown();
                    }

                    @Override
                    public void onMessage(byte[] message) {
                        bytes.addAndGet(message.length);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        if (status.isOk() && bytes.get() == (long) kind.messages * kind.size) {
                            kind.good.countDown();
                        } else {
                            failed.merge(kind + " " + status + ", " + bytes + " B", 1, Integer::sum);
                        }
                    }
                },
                new Metadata());
        call.sendMessage(new byte[2]);
        call.halfClose();
        return call;
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
        var message = Buffer.buffer(kind.size + 5)
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
