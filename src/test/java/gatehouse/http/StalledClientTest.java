package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.ListenerLimits;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Intake;
import gatehouse.listener.Door;
import gatehouse.listener.Doors;
import gatehouse.listener.LaneServer;
import gatehouse.listener.Listeners;
import gatehouse.observe.Metrics;
import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Who takes nothing of an answer does not keep it in our memory. The clock is turned by hand. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StalledClientTest {
    /** More than socket buffers hold. */
    private static final int BODY = 32 * 1024 * 1024;

    private final Vertx vertx = Vertx.vertx();
    private final Listeners listeners = new Listeners(vertx, 1);
    private final Connections connections = new Connections(new Metrics().lane());
    private final CompletableFuture<Exchange> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> handedOver = new CompletableFuture<>();

    @BeforeEach
    void listen() throws Exception {
        var change = TestGateway.await(listeners.prepare(Map.of("web", Doors.plainListener())));
        TestGateway.await(change.commit(Duration.ZERO));
        TestGateway.await(
                listeners.lanes().get(0).run(() -> listeners.lanes().get(0).serve(new BigAnswer())));
    }

    @AfterEach
    void end() throws Exception {
        TestGateway.await(listeners.close(Duration.ZERO));
        TestGateway.await(vertx.close());
    }

    private final class BigAnswer implements LaneServer {
        @Override
        public void connected(Door door, HttpConnection connection) {}

        @Override
        public void handle(Door door, HttpServerRequest request) {
            Connection connection = connections.of(request.connection(), door);
            var exchange = Intake.accept(request, "id", "web", connection.peer(), ListenerLimits.DEFAULT);
            connection.begin(exchange);
            request.response().bodyEndHandler(done -> connection.handedOver(exchange));
            request.response().end(Buffer.buffer(new byte[BODY])).onComplete(sent -> {
                connection.end(exchange, System.nanoTime());
                ended.complete(exchange);
            });
            handedOver.complete(null);
        }

        @Override
        public void handleInvalid(Door door, HttpServerRequest request) {}
    }

    private void sweepAfter(Duration time) throws Exception {
        TestGateway.await(listeners.lanes().get(0).run(() -> {
            connections.sweep(System.nanoTime() + time.toNanos());
            return true;
        }));
    }

    @Test
    void a_client_that_takes_nothing_loses_its_connection_and_its_exchange_ends() throws Exception {
        try (var client = RawClient.connect(listeners.ports().get("web"), 4096)) {
            client.send(RawClient.request("GET", "/"));
            handedOver.get(30, TimeUnit.SECONDS);
            sweepAfter(Duration.ZERO);
            sweepAfter(Duration.ofSeconds(50));
            assertThat(ended).isNotDone();
            sweepAfter(Duration.ofSeconds(121));
            assertThat(ended.get(30, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void a_client_that_takes_it_all_keeps_its_connection() throws Exception {
        try (var client = RawClient.connect(listeners.ports().get("web"))) {
            client.send(RawClient.request("GET", "/"));
            assertThat(client.read().body().bytes()).hasSize(BODY);
            ended.get(30, TimeUnit.SECONDS);
            sweepAfter(Duration.ofSeconds(30));
            client.send(RawClient.request("GET", "/"));
            assertThat(client.read().body().bytes()).hasSize(BODY);
        }
    }
}
