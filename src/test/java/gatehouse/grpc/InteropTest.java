package gatehouse.grpc;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import gatehouse.testing.TestGateway;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.TestServiceImpl;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** grpc-java's interop cases, its client against its server, through a gateway that knows nothing of the messages. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class InteropTest {
    private static ScheduledExecutorService executor;
    private static Server server;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        executor = Executors.newScheduledThreadPool(2);
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE)
                .addService(ServerInterceptors.intercept(new TestServiceImpl(executor), TestServiceImpl.interceptors()))
                .build()
                .start();
        gateway = TestGateway.startWithGrpc("""
                listeners: { web: { listen: "127.0.0.1:0", protocols: [grpc] } }
                services:  { tests: { targets: "http://127.0.0.1:%d", protocol: grpc } }
                routes:
                  tests:  { match: { grpc: grpc.testing.TestService }, to: tests, grpc: { message: 16MiB } }
                """, server.getPort());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        server.shutdownNow();
        executor.shutdownNow();
    }

    @TestFactory
    Stream<DynamicTest> grpc_java_s_interop_cases_pass_through_the_gateway() {
        return Stream.of(
                of("empty_unary", Client::emptyUnary),
                of("empty_unary, a stream that may be retried", Client::emptyUnaryWithRetriableStream),
                of("large_unary", Client::largeUnary),
                of("client_compressed_unary_noprobe", client -> client.clientCompressedUnary(false)),
                of("server_compressed_unary", Client::serverCompressedUnary),
                of("client_streaming", Client::clientStreaming),
                of("client_compressed_streaming_noprobe", client -> client.clientCompressedStreaming(false)),
                of("server_streaming", Client::serverStreaming),
                of("server_compressed_streaming", Client::serverCompressedStreaming),
                of("ping_pong", Client::pingPong),
                of("empty_stream", Client::emptyStream),
                of("cancel_after_begin", Client::cancelAfterBegin),
                of("cancel_after_first_response", Client::cancelAfterFirstResponse),
                of("full_duplex_call_should_succeed", Client::fullDuplexCallShouldSucceed),
                of("half_duplex_call_should_succeed", Client::halfDuplexCallShouldSucceed),
                of("server_streaming_should_be_flow_controlled", Client::serverStreamingShouldBeFlowControlled),
                of("very_large_request", Client::veryLargeRequest),
                of("very_large_response", Client::veryLargeResponse),
                of("custom_metadata", Client::customMetadata),
                of("exchange_metadata_unary_call", Client::exchangeMetadataUnaryCall),
                of("exchange_metadata_streaming_call", Client::exchangeMetadataStreamingCall),
                of("deadline_not_exceeded", Client::deadlineNotExceeded),
                of("deadline_exceeded", Client::deadlineExceeded),
                of("deadline_exceeded_server_streaming", Client::deadlineExceededServerStreaming),
                of("deadline_in_past", Client::deadlineInPast),
                of("timeout_on_sleeping_server", Client::timeoutOnSleepingServer),
                of("max_inbound_size_exact", Client::maxInboundSize_exact),
                of("max_inbound_size_too_big", Client::maxInboundSize_tooBig),
                of("max_outbound_size_exact", Client::maxOutboundSize_exact),
                of("max_outbound_size_too_big", Client::maxOutboundSize_tooBig),
                of("status_code_and_message", Client::statusCodeAndMessage),
                of("special_status_message", Client::specialStatusMessage),
                of("unimplemented_method", Client::unimplementedMethod),
                of("unimplemented_service", Client::unimplementedService),
                of("graceful_shutdown", Client::gracefulShutdown));
    }

    private static DynamicTest of(String name, Case test) {
        return dynamicTest(name, () -> {
            var client = new Client();
            client.setUp();
            try {
                test.run(client);
            } finally {
                client.tearDown();
            }
        });
    }

    @FunctionalInterface
    private interface Case {
        void run(Client client) throws Exception;
    }

    /** The cases as published; the server is not theirs to start. */
    private static final class Client extends AbstractInteropTest {
        @Override
        protected ManagedChannelBuilder<?> createChannelBuilder() {
            return NettyChannelBuilder.forAddress("127.0.0.1", gateway.port())
                    .usePlaintext()
                    .maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE);
        }

        @Override
        protected boolean metricsExpected() {
            return false;
        }
    }
}
