package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What ends the pause that a service asks for before a call is tried again. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PushbackTest {
    private final Vertx vertx = Vertx.vertx();
    private final Semaphore refused = new Semaphore(0);
    private TestGateway gateway;
    private CallClient client;

    @BeforeEach
    void start() throws Exception {
        HttpServer busy = TestGateway.await(vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    request.response()
                            .putHeader("content-type", "application/grpc")
                            .putHeader("grpc-status", "14")
                            .putHeader("grpc-retry-pushback-ms", "600000")
                            .end();
                    refused.release();
                }))
                .listen(0, "127.0.0.1"));
        gateway = TestGateway.startWithGrpc("""
                services: { busy: { targets: "http://127.0.0.1:%d", protocol: grpc } }
                routes:
                  busy: { match: { grpc: t.Busy }, to: busy, retry: { attempts: 2 }, grpc: { idempotent: [ t.Busy/Get ] } }
                """, busy.actualPort());
        client = new CallClient(vertx, gateway.port());
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    @Test
    void a_call_whose_time_ends_before_the_pause_is_over_ends_with_it() throws Exception {
        assertThat(client.call("/t.Busy/Get", "grpc-timeout: 300m").status()).isEqualTo("4");
    }

    @Test
    void a_client_that_leaves_is_not_waited_for() throws Exception {
        var request = TestGateway.await(client.open("/t.Busy/Get"));
        var unused = request.setChunked(true).send(CallClient.frame(0, "hello"));
        assertThat(refused.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        request.reset();
        while (gateway.node().metrics().requestsInFlight() > 0) {
            TestGateway.await(gateway.vertx().timer(5));
        }
    }
}
