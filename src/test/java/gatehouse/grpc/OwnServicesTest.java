package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.TestGateway;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.Iterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What the gateway answers itself: health, and reflection of that. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class OwnServicesTest {
    private static final String ALL = "";

    private final Vertx vertx = Vertx.vertx();
    private TestGateway gateway;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        gateway = TestGateway.startWithGrpc("""
                node:     { drain: { http: 10s } }
                services: { any: { targets: "http://127.0.0.1:9" } }
                routes:   { any: { match: { path: /any }, to: any } }
                """);
        channel = connect();
    }

    private ManagedChannel connect() {
        return NettyChannelBuilder.forAddress("127.0.0.1", gateway.port())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow();
        gateway.close();
        TestGateway.await(vertx.close());
    }

    private static HealthCheckRequest of(String service) {
        return HealthCheckRequest.newBuilder().setService(service).build();
    }

    private Iterator<HealthCheckResponse> watch(String service) {
        return HealthGrpc.newBlockingStub(channel).watch(of(service));
    }

    private String metric(String series) {
        return gateway.node()
                .metrics()
                .scrape()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .map(line -> line.substring(series.length() + 1))
                .findFirst()
                .orElse("");
    }

    private void awaitMetric(String series, String value) throws Exception {
        var until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!metric(series).equals(value)) {
            assertThat(System.nanoTime()).as(series + " " + metric(series)).isLessThan(until);
            TestGateway.await(gateway.vertx().timer(5));
        }
    }

    @Test
    void a_connection_on_which_somebody_watched_is_forgotten_with_its_end() throws Exception {
        for (var i = 0; i < 3; i++) {
            assertThat(watch(ALL).next().getStatus()).isEqualTo(ServingStatus.SERVING);
        }
        channel.shutdownNow();
        awaitMetric("gatehouse_connections{listener=\"web\"}", "0.0");
        awaitMetric("gatehouse_requests_in_flight", "0.0");
    }

    @Test
    void who_watches_is_told_that_the_node_ends_and_does_not_hold_it_up() throws Exception {
        var watch = watch(ALL);
        assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.SERVING);
        var stopped = gateway.node().stop();
        assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        assertThatThrownBy(watch::hasNext)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        ended -> assertThat(ended.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        assertThat(TestGateway.await(stopped)).as("requests that were cut").isEqualTo(0);
    }

    @Test
    void a_service_that_the_gateway_does_not_have_is_unknown() {
        var client = HealthGrpc.newBlockingStub(channel);
        assertThatThrownBy(() -> client.check(of("helloworld.Greeter"))).hasMessageContaining("NOT_FOUND");
        assertThat(watch("helloworld.Greeter").next().getStatus()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);
        assertThat(status(() -> new CallClient(vertx, gateway.port()).call("/grpc.health.v1.Health/List", message())))
                .isEqualTo("0");
    }

    @Test
    void a_deadline_ends_a_watch() {
        var watch = HealthGrpc.newBlockingStub(channel).watch(of(ALL));
        assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.SERVING);
        var client = new CallClient(vertx, gateway.port());
        assertThat(status(() -> client.call("/grpc.health.v1.Health/Watch", message(), "grpc-timeout: 100m")))
                .isEqualTo("4");
    }

    private static Buffer message(int... bytes) {
        var message = Buffer.buffer().appendByte((byte) 0).appendInt(bytes.length);
        for (var b : bytes) {
            message.appendByte((byte) b);
        }
        return message;
    }

    private interface Call {
        CallClient.Answer make() throws Exception;
    }

    private static String status(Call call) {
        try {
            return call.make().status();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void what_is_no_question_has_a_status() {
        var client = new CallClient(vertx, gateway.port());
        assertThat(status(() -> client.call("/grpc.health.v1.Health/Check", message(0xff))))
                .isEqualTo("13");
        assertThat(status(() -> client.call("/grpc.health.v1.Health/Check", Buffer.buffer())))
                .isEqualTo("13");
        assertThat(status(() -> client.call("/grpc.health.v1.Health/Check", Buffer.buffer(new byte[] {1, 0, 0, 0, 0}))))
                .isEqualTo("12");
        assertThat(status(() ->
                        client.call("/grpc.health.v1.Health/Check", Buffer.buffer(new byte[] {0, 0x7f, 0, 0, 0}))))
                .isEqualTo("8");
        assertThat(status(() -> client.call("/grpc.health.v1.Health/Nothing", message())))
                .isEqualTo("12");
    }

    @Test
    void a_client_of_reflection_asks_as_often_as_it_wants_to_on_one_stream() throws Exception {
        var v1 = io.grpc.reflection.v1.ServerReflectionGrpc.newStub(channel);
        var answers = new LinkedBlockingQueue<io.grpc.reflection.v1.ServerReflectionResponse>();
        var questions = v1.serverReflectionInfo(into(answers));
        questions.onNext(io.grpc.reflection.v1.ServerReflectionRequest.newBuilder()
                .setListServices("*")
                .build());
        assertThat(next(answers).getListServicesResponse().getServiceList())
                .extracting(service -> service.getName())
                .containsExactly("grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection");
        for (var symbol : new String[] {
            "grpc.health.v1.Health",
            "grpc.health.v1.Health.Check",
            "grpc.health.v1.HealthCheckResponse.ServingStatus",
            "grpc.reflection.v1.ServerReflection"
        }) {
            questions.onNext(io.grpc.reflection.v1.ServerReflectionRequest.newBuilder()
                    .setFileContainingSymbol(symbol)
                    .build());
            assertThat(next(answers).getFileDescriptorResponse().getFileDescriptorProtoCount())
                    .as(symbol)
                    .isEqualTo(1);
        }
        questions.onNext(io.grpc.reflection.v1.ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("no.Such")
                .build());
        assertThat(next(answers).getErrorResponse().getErrorCode()).isEqualTo(5);
        questions.onCompleted();
    }

    @Test
    void so_does_one_of_the_version_before() throws Exception {
        var v1alpha = io.grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(channel);
        var answers = new LinkedBlockingQueue<io.grpc.reflection.v1alpha.ServerReflectionResponse>();
        var questions = v1alpha.serverReflectionInfo(into(answers));
        for (var i = 0; i < 2; i++) {
            questions.onNext(io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
                    .setListServices("*")
                    .build());
            assertThat(next(answers).getListServicesResponse().getServiceCount())
                    .isEqualTo(2);
        }
        questions.onCompleted();
    }

    private static <A> A next(BlockingQueue<A> answers) throws InterruptedException {
        var answer = answers.poll(30, TimeUnit.SECONDS);
        assertThat(answer).isNotNull();
        return answer;
    }

    private static <A> StreamObserver<A> into(BlockingQueue<A> answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(A answer) {
                answers.add(answer);
            }

            @Override
            public void onError(Throwable cause) {
                // the next answer is missing then
            }

            @Override
            public void onCompleted() {
                // as above
            }
        };
    }

    @Test
    void answers_come_as_they_are_read_and_all_of_them() throws Exception {
        var question =
                Buffer.buffer().appendByte((byte) 0x22).appendByte((byte) 21).appendString("grpc.health.v1.Health");
        var framed = Buffer.buffer()
                .appendByte((byte) 0)
                .appendInt(question.length())
                .appendBuffer(question);
        var many = Buffer.buffer();
        for (var i = 0; i < 5_000; i++) {
            many.appendBuffer(framed);
        }
        var client = new CallClient(vertx, gateway.port());
        var request = TestGateway.await(client.open("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"));
        request.setChunked(true);
        var whole = request.send(many)
                .compose(response -> response.body()
                        .map(body -> new CallClient.Answer(200, response.headers(), body, response.trailers())));
        var answer = TestGateway.await(whole);
        var body = answer.body();
        assertThat(answer.status()).isEqualTo("0");
        var count = 0;
        for (var at = 0; at < body.length(); at += 5 + body.getInt(at + 1)) {
            count++;
        }
        assertThat(count).isEqualTo(5_000);
    }
}
