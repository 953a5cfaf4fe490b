package gatehouse.observe;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.EchoOrigin;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Spans of what is more than a request of HTTP, or none. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TracedProtocolsTest {
    @Test
    void a_handshake_of_a_WebSocket_is_a_span_that_ends_with_it() throws Exception {
        try (var collector = new Collector();
                var origin = EchoOrigin.start();
                var gateway = TestGateway.startWithSockets(TracingTest.ROUTED, collector.url(), "100%", origin.url())) {
            var sockets = gateway.vertx().createWebSocketClient();
            var socket = TestGateway.await(sockets.connect(gateway.port(), "127.0.0.1", "/users/socket"));

            var server = collector.await(2, Collector.Span.SERVER).get(0);
            var client = collector.await(2, Collector.Span.CLIENT).get(0);
            assertThat(server.name()).isEqualTo("GET /users/**");
            assertThat(server.attributes()).containsEntry("http.response.status_code", 101L);
            assertThat(client.attributes()).containsEntry("http.response.status_code", 101L);
            assertThat(server.status() + client.status()).isZero();
            TestGateway.await(socket.close());
            TestGateway.await(sockets.close());
        }
    }

    @Test
    void a_call_of_gRPC_has_its_name_and_its_status() throws Exception {
        try (var collector = new Collector();
                var origin = EchoOrigin.start();
                var gateway = TestGateway.startWithGrpc("""
                        tracing: { otlp: "%s", sample: 100%%, every: 10ms }
                        services: { echo: { targets: "%s", protocol: grpc } }
                        routes: { calls: { match: { grpc: test.Echo }, to: echo } }
                        """, collector.url(), origin.url())) {
            assertThat(call(gateway, "/test.Echo/Say")).isEqualTo("0");

            var server = collector.await(2, Collector.Span.SERVER).get(0);
            var client = collector.await(2, Collector.Span.CLIENT).get(0);
            for (var span : List.of(server, client)) {
                assertThat(span.name()).isEqualTo("test.Echo/Say");
                assertThat(span.attributes())
                        .containsEntry("rpc.system", "grpc")
                        .containsEntry("rpc.service", "test.Echo")
                        .containsEntry("rpc.method", "Say");
                assertThat(span.status()).isZero();
            }
            assertThat(server.attributes()).containsEntry("rpc.grpc.status_code", 0L);
        }
    }

    @Test
    void a_call_that_fails_for_want_of_a_target_is_an_error_of_the_server() throws Exception {
        try (var collector = new Collector();
                var gateway = TestGateway.startWithGrpc("""
                        tracing: { otlp: "%s", sample: 100%%, every: 10ms }
                        services: { echo: { targets: "http://127.0.0.1:%d", protocol: grpc } }
                        routes: { calls: { match: { grpc: test.Echo }, to: echo, retry: null } }
                        """, collector.url(), RawOrigin.closedPort())) {
            assertThat(call(gateway, "/test.Echo/Say")).isEqualTo("14");

            var server = collector.await(2, Collector.Span.SERVER).get(0);
            assertThat(server.attributes())
                    .containsEntry("rpc.grpc.status_code", 14L)
                    .containsEntry("error.type", "14");
            assertThat(server.status()).isEqualTo(Collector.Span.ERROR);
        }
    }

    /** The status that a call gets. */
    private static String call(TestGateway gateway, String path) throws Exception {
        var client = gateway.vertx()
                .createHttpClient(new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false));
        return TestGateway.await(client.request(HttpMethod.POST, gateway.port(), "127.0.0.1", path)
                .compose(request -> request.putHeader("content-type", "application/grpc")
                        .putHeader("te", "trailers")
                        .send(Buffer.buffer(new byte[5])))
                .compose(response -> response.body().map(body -> {
                    var early = response.getHeader("grpc-status");
                    return early == null ? response.getTrailer("grpc-status") : early;
                })));
    }

    @Test
    void a_connection_of_TCP_is_a_span_once_it_has_ended() throws Exception {
        try (var collector = new Collector();
                var origin = RawOrigin.answering("here");
                var gateway = TestGateway.startWithStreams("""
                        tracing: { otlp: "%s", sample: 100%%, every: 10ms }
                        listeners: { web: "127.0.0.1:0", raw: { listen: "127.0.0.1:0", protocols: [tcp] } }
                        services: { db: { targets: "tcp://127.0.0.1:%d" } }
                        routes: { db: { match: { listener: raw }, to: db } }
                        """, collector.url(), origin.port())) {
            assertThat(RawClient.get(gateway.port("raw"), "/", "Connection: close")
                            .text())
                    .isEqualTo("here");

            var span = collector.await(1, Collector.Span.SERVER).get(0);
            assertThat(span.name()).isEqualTo("tcp");
            assertThat(span.attributes())
                    .containsEntry("network.transport", "tcp")
                    .containsEntry("client.address", "127.0.0.1")
                    .containsEntry("gatehouse.route", "db")
                    .containsEntry("gatehouse.service", "db")
                    .doesNotContainKey("error.type");
        }
    }
}
