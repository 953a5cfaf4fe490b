package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Connections to targets on which nothing comes any more, though nobody closed them, and such on which only answers are missing. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SilentTargetsTest {
    private final Vertx vertx = Vertx.vertx();
    private final NetClient sockets = vertx.createNetClient();
    private final Queue<AtomicBoolean> relayed = new ConcurrentLinkedQueue<>();
    private final Queue<AtomicBoolean> probed = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pings = new AtomicInteger();
    private volatile Handler<HttpServerRequest> script = CallCase::echo;
    private TestGateway gateway;
    private CallClient client;

    @BeforeEach
    void start() throws Exception {
        var origin = TestGateway.await(vertx.createHttpServer()
                .connectionHandler(connection -> connection.pingHandler(ping -> pings.incrementAndGet()))
                .requestHandler(request -> script.handle(request))
                .listen(0, "127.0.0.1"));
        var calls = relayTo(origin.actualPort(), relayed);
        var probes = relayTo(origin.actualPort(), probed);
        gateway = TestGateway.startWithGrpc("""
                services:
                  any:    { targets: "http://127.0.0.1:%1$d", protocol: grpc, pool: { ping: 100ms }, health: { passive: null } }
                  there:  { targets: "http://127.0.0.1:%1$d", protocol: grpc, pool: { ping: 1s }, health: { passive: null } }
                  probed: { targets: "http://127.0.0.1:%2$d", protocol: grpc, health: { active: { grpc: true, every: 20ms, timeout: 30s } } }
                routes:
                  any:    { match: { grpc: t.Any }, to: any, retry: null }
                  there:  { match: { grpc: t.There }, to: there, retry: null }
                  probed: { match: { grpc: t.Probed }, to: probed }
                """, calls, probes);
        client = new CallClient(vertx, gateway.port());
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    /** Port of a relay that notes its connections there, and how to silence them. */
    private int relayTo(int port, Queue<AtomicBoolean> connections) throws Exception {
        return TestGateway.await(vertx.createNetServer()
                        .connectHandler(socket -> {
                            var silent = new AtomicBoolean();
                            connections.add(silent);
                            relay(socket, port, silent);
                        })
                        .listen(0, "127.0.0.1"))
                .actualPort();
    }

    /** Passes bytes on, both ways, until the connection is silenced. */
    private void relay(NetSocket socket, int port, AtomicBoolean silent) {
        socket.pause();
        sockets.connect(port, "127.0.0.1").onSuccess(origin -> {
            origin.handler(bytes -> {
                if (!silent.get()) {
                    socket.write(bytes);
                }
            });
            origin.closeHandler(closed -> socket.close());
            socket.closeHandler(closed -> origin.close());
            socket.handler(bytes -> {
                if (!silent.get()) {
                    origin.write(bytes);
                }
            });
            socket.resume();
        });
    }

    private static void untilTrue(Condition condition) throws Exception {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    @Test
    void a_connection_that_has_gone_silent_is_given_up_for_another_one() throws Exception {
        assertThat(client.call("/t.Any/Get").status()).isEqualTo("0");
        relayed.forEach(silent -> silent.set(true));
        assertThat(client.call("/t.Any/Get", "grpc-timeout: 50m").status()).isEqualTo("4");
        untilTrue(() -> client.call("/t.Any/Get", "grpc-timeout: 50m").status().equals("0"));
    }

    @Test
    void so_it_is_where_clients_give_up_by_themselves() throws Exception {
        assertThat(client.call("/t.Any/Get").status()).isEqualTo("0");
        relayed.forEach(silent -> silent.set(true));
        untilTrue(() -> {
            var call = TestGateway.await(client.open("/t.Any/Get"));
            var answer = call.setChunked(true).send(CallClient.frame(0, "hello"));
            TestGateway.await(vertx.timer(50)
                    .compose(late -> answer.isComplete() ? answer.<Void>mapEmpty() : call.reset(8))
                    .otherwiseEmpty());
            return answer.succeeded();
        });
    }

    @Test
    void a_target_that_is_there_but_answers_nothing_is_asked_once_and_keeps_its_connection() throws Exception {
        script = request -> {};
        untilTrue(() -> {
            assertThat(client.call("/t.There/Get", "grpc-timeout: 50m").status())
                    .isEqualTo("4");
            return pings.get() > 0;
        });
        for (var i = 0; i < 25; i++) { // for longer than that
            assertThat(client.call("/t.There/Get", "grpc-timeout: 50m").status())
                    .isEqualTo("4");
        }
        assertThat(pings).hasValue(1);
        script = CallCase::echo;
        assertThat(client.call("/t.There/Get").status()).isEqualTo("0");
        assertThat(relayed).hasSize(1);
    }

    @Test
    void each_probe_has_a_connection_of_its_own() throws Exception {
        script = request -> CallCase.status(request, "12");
        untilTrue(() -> probed.size() > 5);
    }
}
