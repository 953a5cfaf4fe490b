package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
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
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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
    private static final int EACH = 100;

    /** The first hundred get much and take nothing; the others get little and take it at once. */
    private static final int LITTLE = 16;

    private static final int MESSAGES = 32;
    private static final int MESSAGE = 16 * 1024;

    /** Of each stream what the windows on both sides of the gateway hold, and what it has in hand. */
    private static final long MOST_ON_THE_WAY = EACH * 224L * 1024;

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

    private static final Map<String, Integer> FAILED = new ConcurrentHashMap<>();

    private final AtomicLong written = new AtomicLong();
    private final Queue<HttpServerRequest> quick = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void a_thousand_streams_wait_for_slow_clients_and_all_end_whole() throws Exception {
        var vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        var origin = TestGateway.await(vertx.createHttpServer(new HttpServerOptions()
                        .setInitialSettings(new Http2Settings().setMaxConcurrentStreams(STREAMS)))
                .requestHandler(this::stream)
                .listen(0, "127.0.0.1"));
        try (var gateway = TestGateway.startWithGrpc("""
                listeners: { web: { listen: "127.0.0.1:0", protocols: [grpc] } }
                services:
                  origin: { targets: "http://127.0.0.1:%d", protocol: grpc, concurrency: { max: 4000, adaptive: false }, pool: { wait: 10s } }
                routes:   { all: { match: { grpc: t.All }, to: origin, timeout: { connect: 10s } } }
                """, origin.actualPort())) {
            var channels = new ArrayList<ManagedChannel>();
            try {
                var ended = new CountDownLatch(STREAMS);
                var good = new AtomicInteger();
                var calls = new ArrayList<ClientCall<byte[], byte[]>>();
                for (var i = 0; i < STREAMS / EACH; i++) {
                    var channel = NettyChannelBuilder.forAddress("127.0.0.1", gateway.port())
                            .usePlaintext()
                            .flowControlWindow(65_535)
                            .build();
                    channels.add(channel);
                    var began = new CountDownLatch(EACH);
                    for (var j = 0; j < EACH; j++) {
                        calls.add(begin(channel, i == 0 ? "t.All/Slow" : "t.All/Quick", began, ended, good));
                    }
                    assertThat(began.await(30, TimeUnit.SECONDS))
                            .as("%s of %s are at the service: %s", asked, calls.size(), FAILED)
                            .isTrue();
                }
                assertThat(awaitStandstill())
                        .as("bytes on the way while nobody reads")
                        .isLessThan(MOST_ON_THE_WAY);
                quick.forEach(request -> request.response().end());
                calls.forEach(call -> call.request(MESSAGES + 1));
                assertThat(ended.await(60, TimeUnit.SECONDS))
                        .as("%s have not ended", ended.getCount())
                        .isTrue();
                assertThat(good).as("good ones; others: %s", FAILED).hasValue(STREAMS);
            } finally {
                channels.forEach(ManagedChannel::shutdownNow);
            }
        } finally {
            TestGateway.await(vertx.close());
        }
    }

    /** A call that asks for no message yet. */
    private static ClientCall<byte[], byte[]> begin(
            Channel channel, String method, CountDownLatch began, CountDownLatch ended, AtomicInteger good) {
        var call = channel.newCall(
                MethodDescriptor.newBuilder(BYTES, BYTES)
                        .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                        .setFullMethodName(method)
                        .build(),
                CallOptions.DEFAULT);
        var bytes = new AtomicLong();
        var isSlow = method.endsWith("Slow");
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onHeaders(Metadata headers) {
                        if (isSlow) {
                            began.countDown();
                        }
                    }

                    @Override
                    public void onMessage(byte[] message) {
                        bytes.addAndGet(message.length);
                        if (!isSlow) {
                            began.countDown();
                        }
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        if (!status.isOk()) {
                            FAILED.merge(status.getCode() + " " + status.getDescription(), 1, Integer::sum);
                        }
                        if (status.isOk() && bytes.get() == (isSlow ? (long) MESSAGES * MESSAGE : LITTLE)) {
                            good.incrementAndGet();
                        }
                        ended.countDown();
                    }
                },
                new Metadata());
        if (!isSlow) {
            call.request(2);
        }
        call.sendMessage(new byte[2]);
        call.halfClose();
        return call;
    }

    private void stream(HttpServerRequest request) {
        asked.incrementAndGet();
        request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .putTrailer("grpc-status", "0");
        if (request.path().endsWith("Slow")) {
            next(request, 0);
            return;
        }
        quick.add(request);
        request.response()
                .write(Buffer.buffer(LITTLE + 5)
                        .appendByte((byte) 0)
                        .appendInt(LITTLE)
                        .appendBytes(new byte[LITTLE]));
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
