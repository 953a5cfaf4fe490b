package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.testing.integration.TestServiceImpl;
import io.grpc.util.MutableHandlerRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A service that is asked for its schema, and changes. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReflectionTest {
    private static final String PATH = "/grpc.testing.TestService/EmptyCall";

    private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
    private final MutableHandlerRegistry services = new MutableHandlerRegistry();
    private final AtomicInteger asked = new AtomicInteger();
    private Server server;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(ProtoReflectionServiceV1.newInstance())
                .fallbackHandlerRegistry(services)
                .intercept(new ServerInterceptor() {
                    @Override
                    public <Q, A> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
                        if (call.getMethodDescriptor().getFullMethodName().contains("ServerReflection/")) {
                            asked.incrementAndGet();
                        }
                        return next.startCall(call, metadata);
                    }
                })
                .build()
                .start();
        gateway = TestGateway.startWithGrpc("""
                services: { tests: { targets: "http://127.0.0.1:%d", protocol: grpc } }
                routes:   { tests: { match: { path: "/**" }, to: { rpc: tests, schema: reflection } } }
                """, server.getPort());
    }

    @AfterEach
    void stop() {
        gateway.close();
        server.shutdownNow();
        executor.shutdownNow();
    }

    private int call() throws IOException {
        try (var client = gateway.client()) {
            return client.send(RawClient.request("POST", PATH, "Content-Length: 2") + "{}")
                    .read("POST")
                    .status();
        }
    }

    @Test
    void a_service_that_a_server_gets_later_is_found() throws Exception {
        var begun = System.nanoTime();
        Waiting.until("the server has said what it has", () -> call() == 404);
        services.addService(new TestServiceImpl(executor));
        Waiting.until("it is found", () -> call() == 200);
        var seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        assertThat(asked.get())
                .as("once a second at most, two calls each time")
                .isLessThanOrEqualTo(2 * (int) (seconds + 2));
    }

    @Test
    void many_who_come_first_ask_once() throws Exception {
        services.addService(new TestServiceImpl(executor));
        var good = new CountDownLatch(20);
        for (var i = 0; i < 20; i++) {
            var thread = new Thread(() -> {
                try {
                    if (call() == 200) {
                        good.countDown();
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            thread.start();
        }
        assertThat(good.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(asked).hasValue(2);
    }
}
