package gatehouse.grpc;

import static gatehouse.grpc.CallClient.frame;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import io.grpc.CallOptions;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.testing.integration.EmptyProtos.Empty;
import io.grpc.testing.integration.TestServiceGrpc;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Connections that one side ends in good order while calls are under way on them. */
class GoAwayTest extends CallCase {
    GoAwayTest() {
        super("""
                routes:
                  any: { match: { grpc: t.Any }, to: origin, retry: null }
                """);
    }

    @Test
    void calls_under_way_go_on_and_new_ones_have_another_connection() throws Exception {
        var came = new CompletableFuture<HttpServerRequest>();
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .putTrailer("grpc-status", "0")
                .write(frame(0, "first"))
                .onSuccess(sent -> came.complete(request));
        var call = TestGateway.await(client.open("/t.Any/Watch"));
        call.setChunked(true);
        var whole = call.send(frame(0, "hello"))
                .compose(response -> response.body()
                        .map(body -> new CallClient.Answer(200, response.headers(), body, response.trailers())));
        var service = came.get(30, TimeUnit.SECONDS);
        service.connection().goAway(0, Integer.MAX_VALUE);

        script = CallCase::echo;
        for (var i = 0; i < 5; i++) {
            var answer = client.call("/t.Any/Get");
            assertThat(answer.status()).as(answer.message()).isEqualTo("0");
        }
        var connections = requests.stream().map(HttpServerRequest::connection).distinct();
        assertThat(connections).hasSize(2);

        service.response().end(frame(0, "second"));
        var answer = TestGateway.await(whole);
        assertThat(answer.status()).as(answer.message()).isEqualTo("0");
        assertThat(answer.body())
                .isEqualTo(Buffer.buffer().appendBuffer(frame(0, "first")).appendBuffer(frame(0, "second")));
    }

    /** A client of gRPC that sends nothing again by itself; each connection of it serves twenty calls. */
    @Test
    void a_client_whose_connections_end_again_and_again_loses_no_call() throws Exception {
        try (var services = new Services();
                var brief = TestGateway.startWithGrpc("""
                        listeners: { web: { listen: "127.0.0.1:0", protocols: [grpc], limits: { requests: 20 } } }
                        services:  { tests: { targets: "http://127.0.0.1:%d", protocol: grpc } }
                        routes:    { tests: { match: { grpc: grpc.testing.TestService }, to: tests } }
                        """, services.port())) {
            var channel = NettyChannelBuilder.forAddress("127.0.0.1", brief.port())
                    .usePlaintext()
                    .disableRetry()
                    .build();
            try {
                for (var round = 0; round < 50; round++) {
                    var calls = new java.util.ArrayList<java.util.concurrent.Future<Empty>>();
                    for (var i = 0; i < 10; i++) {
                        calls.add(ClientCalls.futureUnaryCall(
                                channel.newCall(TestServiceGrpc.getEmptyCallMethod(), CallOptions.DEFAULT),
                                Empty.getDefaultInstance()));
                    }
                    for (var one : calls) {
                        assertThat(one.get(30, TimeUnit.SECONDS)).isNotNull();
                    }
                }
            } finally {
                channel.shutdownNow();
            }
        }
    }
}
