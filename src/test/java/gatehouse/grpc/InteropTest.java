package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import gatehouse.testing.TestCertificates;
import gatehouse.testing.TestGateway;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.EmptyProtos;
import io.grpc.testing.integration.TestServiceGrpc;
import io.grpc.testing.integration.TestServiceImpl;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * grpc-java's interop cases, its client against its server, through a gateway that knows nothing of the messages; with TLS by ALPN
 * as without.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class InteropTest {
    private static final Map<String, Case> CASES = new LinkedHashMap<>();

    static {
        CASES.put("empty_unary", Client::emptyUnary);
        CASES.put("empty_unary, a stream that may be retried", Client::emptyUnaryWithRetriableStream);
        CASES.put("large_unary", Client::largeUnary);
        CASES.put("client_compressed_unary_noprobe", client -> client.clientCompressedUnary(false));
        CASES.put("server_compressed_unary", Client::serverCompressedUnary);
        CASES.put("client_streaming", Client::clientStreaming);
        CASES.put("client_compressed_streaming_noprobe", client -> client.clientCompressedStreaming(false));
        CASES.put("server_streaming", Client::serverStreaming);
        CASES.put("server_compressed_streaming", Client::serverCompressedStreaming);
        CASES.put("ping_pong", Client::pingPong);
        CASES.put("empty_stream", Client::emptyStream);
        CASES.put("cancel_after_begin", Client::cancelAfterBegin);
        CASES.put("cancel_after_first_response", Client::cancelAfterFirstResponse);
        CASES.put("full_duplex_call_should_succeed", Client::fullDuplexCallShouldSucceed);
        CASES.put("half_duplex_call_should_succeed", Client::halfDuplexCallShouldSucceed);
        CASES.put("server_streaming_should_be_flow_controlled", Client::serverStreamingShouldBeFlowControlled);
        CASES.put("very_large_request", Client::veryLargeRequest);
        CASES.put("very_large_response", Client::veryLargeResponse);
        CASES.put("custom_metadata", Client::customMetadata);
        CASES.put("exchange_metadata_unary_call", Client::exchangeMetadataUnaryCall);
        CASES.put("exchange_metadata_streaming_call", Client::exchangeMetadataStreamingCall);
        CASES.put("deadline_not_exceeded", Client::deadlineNotExceeded);
        CASES.put("deadline_exceeded", Client::deadlineExceeded);
        CASES.put("deadline_exceeded_server_streaming", Client::deadlineExceededServerStreaming);
        CASES.put("deadline_in_past", Client::deadlineInPast);
        CASES.put("timeout_on_sleeping_server", Client::timeoutOnSleepingServer);
        CASES.put("max_inbound_size_exact", Client::maxInboundSize_exact);
        CASES.put("max_inbound_size_too_big", Client::maxInboundSize_tooBig);
        CASES.put("max_outbound_size_exact", Client::maxOutboundSize_exact);
        CASES.put("max_outbound_size_too_big", Client::maxOutboundSize_tooBig);
        CASES.put("status_code_and_message", Client::statusCodeAndMessage);
        CASES.put("special_status_message", Client::specialStatusMessage);
        CASES.put("unimplemented_method", Client::unimplementedMethod);
        CASES.put("unimplemented_service", Client::unimplementedService);
        CASES.put("graceful_shutdown", Client::gracefulShutdown);
    }

    @TempDir
    static Path folder;

    private static ScheduledExecutorService executor;
    private static TestCertificates certificates;
    private static Server plain;
    private static Server encrypted;
    private static Probing probing;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        executor = Executors.newScheduledThreadPool(2);
        certificates = new TestCertificates(folder).issue("gate", "gate.test").issue("target", "127.0.0.1");
        var other = new TestCertificates(Files.createDirectory(folder.resolve("other")));
        plain = serve(NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0)));
        encrypted = serve(NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .useTransportSecurity(
                        certificates.pem("target").toFile(),
                        certificates.key("target").toFile()));
        probing = new Probing();
        gateway = TestGateway.startWithGrpc(
                """
                listeners:
                  web: { listen: "127.0.0.1:0", protocols: [grpc] }
                  tls: { listen: "127.0.0.1:0", protocols: [grpc], tls: { certificates: { %s } } }
                services:
                  plain:     { targets: "http://127.0.0.1:%d", protocol: grpc }
                  encrypted: { targets: "https://127.0.0.1:%d", protocol: grpc, tls: { ca: "%s" } }
                  strange:   { targets: "https://127.0.0.1:%3$d", protocol: grpc, tls: { ca: "%s" } }
                  probing:   { targets: "http://127.0.0.1:%d", protocol: grpc }
                defaults: { grpc: { message: 16MiB } }
                routes:
                  plain:     { match: { grpc: grpc.testing.TestService, listener: web }, to: plain }
                  encrypted: { match: { grpc: grpc.testing.TestService, listener: tls }, to: encrypted }
                  strange:   { match: { grpc: grpc.testing.TestService, listener: tls, header: { x-to: strange } }, to: strange }
                  probing:   { match: { grpc: grpc.testing.TestService, listener: web, header: { x-to: probing } }, to: probing }
                """,
                certificates.pair("gate"),
                plain.getPort(),
                encrypted.getPort(),
                certificates.ca(),
                other.ca(),
                probing.port());
    }

    private static Server serve(NettyServerBuilder builder) throws Exception {
        return builder.maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE)
                .addService(ServerInterceptors.intercept(new TestServiceImpl(executor), TestServiceImpl.interceptors()))
                .build()
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        probing.close();
        plain.shutdownNow();
        encrypted.shutdownNow();
        executor.shutdownNow();
    }

    @TestFactory
    Stream<DynamicTest> grpc_java_s_interop_cases_pass_through_the_gateway() {
        return cases(() -> new Client(toPlain()));
    }

    @TestFactory
    Stream<DynamicTest> grpc_java_s_interop_cases_pass_with_TLS_on_both_sides() {
        return cases(() -> new Client(toEncrypted()));
    }

    @TestFactory
    Stream<DynamicTest> the_interop_cases_with_a_probe_pass_to_a_service_that_looks_at_what_is_compressed() {
        Supplier<Client> clients = () -> new Client(toPlain().intercept(sending("probing")));
        return Stream.of(
                of(clients, "client_compressed_unary", client -> client.clientCompressedUnary(true)),
                of(clients, "client_compressed_streaming", client -> client.clientCompressedStreaming(true)));
    }

    @Test
    void a_target_that_another_authority_vouches_for_is_UNAVAILABLE() {
        var channel = toEncrypted().intercept(sending("strange")).build();
        try {
            var stub = TestServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
            assertThatThrownBy(() -> stub.emptyCall(EmptyProtos.Empty.getDefaultInstance()))
                    .satisfies(cause ->
                            assertThat(Status.fromThrowable(cause).getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        } finally {
            channel.shutdownNow();
        }
    }

    private static NettyChannelBuilder toPlain() {
        return NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext();
    }

    private static NettyChannelBuilder toEncrypted() {
        try {
            return NettyChannelBuilder.forAddress("127.0.0.1", gateway.port("tls"))
                    .overrideAuthority("gate.test")
                    .sslContext(GrpcSslContexts.forClient()
                            .trustManager(certificates.ca().toFile())
                            .build());
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ClientInterceptor sending(String to) {
        var metadata = new Metadata();
        metadata.put(Metadata.Key.of("x-to", Metadata.ASCII_STRING_MARSHALLER), to);
        return MetadataUtils.newAttachHeadersInterceptor(metadata);
    }

    private static Stream<DynamicTest> cases(Supplier<Client> clients) {
        return CASES.entrySet().stream().map(entry -> of(clients, entry.getKey(), entry.getValue()));
    }

    private static DynamicTest of(Supplier<Client> clients, String name, Case test) {
        return dynamicTest(name, () -> {
            var client = clients.get();
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
        private final NettyChannelBuilder channel;

        Client(NettyChannelBuilder channel) {
            this.channel = channel;
        }

        @Override
        protected ManagedChannelBuilder<?> createChannelBuilder() {
            return channel.maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE);
        }

        @Override
        protected boolean metricsExpected() {
            return false;
        }
    }
}
