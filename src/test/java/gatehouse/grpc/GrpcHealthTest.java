package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The health protocol of gRPC, asked of targets and answered by the gateway, and reflection. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GrpcHealthTest {
    private static Services services;
    private static TestGateway gateway;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() throws Exception {
        services = new Services();
        services.healthy("orders", true);
        services.healthy("asleep", false);
        gateway = TestGateway.startWithGrpc("""
                listeners: { web: { listen: "127.0.0.1:0", protocols: [grpc] } }
                services:
                  whole: { targets: "http://127.0.0.1:%1$d", protocol: grpc, health: { active: { grpc: true, every: 20ms, timeout: 30s } } }
                  named: { targets: "http://127.0.0.1:%1$d", protocol: grpc, health: { active: { grpc: orders, every: 20ms, timeout: 30s, fall: 1, rise: 1 } } }
                  both:  { targets: "http://127.0.0.1:%1$d", health: { active: { grpc: asleep, every: 20ms, timeout: 30s, fall: 1 } } }
                  gone:  { targets: "http://127.0.0.1:%1$d", protocol: grpc, health: { active: { grpc: nothing, every: 20ms, timeout: 30s, fall: 1 } } }
                routes:
                  whole: { match: { grpc: t.Whole }, to: whole }
                  named: { match: { grpc: t.Named }, to: named }
                  gone:  { match: { grpc: t.Gone }, to: gone }
                  both:  { match: { path: /both }, to: both }
                  through: { match: { grpc: grpc.reflection.v1.ServerReflection, header: { x-through: "1" } }, to: whole }
                """, services.port());
        channel = NettyChannelBuilder.forAddress("127.0.0.1", gateway.port())
                .usePlaintext()
                .build();
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        gateway.close();
        services.close();
    }

    private static String state(String service) {
        return gateway.node()
                .snapshots()
                .current()
                .services()
                .get(service)
                .targets()
                .get(0)
                .toString();
    }

    private static void await(String service, String word) {
        Waiting.until(service + ": " + word, () -> state(service).contains(word));
    }

    @Test
    void targets_are_asked_for_the_service_that_is_named() {
        await("gone", "grpc-status 5");
        assertThat(state("whole")).doesNotContain("probe");
        services.healthy("orders", false);
        await("named", "is not serving");
    }

    @Test
    void a_service_of_HTTP_may_be_asked_by_the_protocol_too() {
        await("both", "is not serving");
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "\"\""})
    void what_is_no_name_of_a_service_is_refused_with_a_hint(String name) {
        assertThatThrownBy(() -> TestGateway.start("""
                        services: { a: { targets: "http://127.0.0.1:9", protocol: grpc, health: { active: { grpc: %s } } } }
                        routes:   { a: { match: { grpc: t.A }, to: a } }
                        """, name))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("services.a.health.active.grpc")
                .hasMessageContaining("or true for the server as a whole");
    }

    @Test
    void the_gateway_says_that_it_serves() {
        var answer = HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
        assertThat(answer.getStatus()).isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void a_client_of_reflection_is_told_what_the_gateway_has() throws Exception {
        var named = new CompletableFuture<ServerReflectionResponse>();
        var questions = ServerReflectionGrpc.newStub(channel).serverReflectionInfo(new StreamObserver<>() {
            @Override
            public void onNext(ServerReflectionResponse response) {
                named.complete(response);
            }

            @Override
            public void onError(Throwable cause) {
                named.completeExceptionally(cause);
            }

            @Override
            public void onCompleted() {
                named.cancel(false);
            }
        });
        questions.onNext(
                ServerReflectionRequest.newBuilder().setListServices("*").build());
        var services = named.get(30, TimeUnit.SECONDS).getListServicesResponse().getServiceList();
        questions.onCompleted();
        assertThat(services).extracting(service -> service.getName()).contains("grpc.health.v1.Health");
    }
}
