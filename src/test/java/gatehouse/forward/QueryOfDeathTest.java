package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.BalanceConfig;
import gatehouse.config.ConfigDocument;
import gatehouse.config.HealthConfig;
import gatehouse.config.ListenerLimits;
import gatehouse.config.PolicySet;
import gatehouse.config.RegistryConfig;
import gatehouse.config.ServiceConfig;
import gatehouse.config.Share;
import gatehouse.config.TargetUrl;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Intake;
import gatehouse.exchange.Peer;
import gatehouse.problem.ProblemException;
import gatehouse.registry.Clocks;
import gatehouse.registry.Registry;
import gatehouse.service.Service;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Requests that can't be written to the target, as policies may make them, on a pool of one connection. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class QueryOfDeathTest {
    private static final int PAIRS = 300;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void end() throws Exception {
        TestGateway.await(vertx.close());
    }

    private Service service(RawOrigin origin) {
        var config = new ServiceConfig(
                List.of(new ServiceConfig.TargetConfig(TargetUrl.parse(origin.url()), 1)),
                null,
                new BalanceConfig(BalanceConfig.By.ROUND_ROBIN, null, null, Duration.ZERO),
                new HealthConfig(null, null, new Share(0.5)),
                new ServiceConfig.Pool(1, 64, Duration.ofSeconds(10), Duration.ofSeconds(20), false, Duration.ZERO),
                new ServiceConfig.Concurrency(1000, 20, true),
                ServiceConfig.ForwarderKind.OWN,
                List.of(),
                ServiceConfig.HostHeader.CLIENT,
                Duration.ofSeconds(10),
                null,
                null,
                ServiceConfig.ServiceProtocol.HTTP,
                PolicySet.NONE);
        var registry = new Registry(ConfigDocument.defaults(RegistryConfig.class), Clocks.SYSTEM);
        return Service.start(vertx, "origin", config, null, new byte[0], System::nanoTime, registry);
    }

    /** A field that is not written as it should be: what the door would refuse, put in behind it. */
    private static void spoil(Exchange exchange) {
        switch (exchange.path()) {
            case "/value" -> put(exchange, "X-Bad", "a\r\nX-Other: b");
            case "/nul" -> put(exchange, "X-Bad", "a\0b");
            case "/name" -> put(exchange, "X Bad", "a");
            default -> {}
        }
    }

    private static void put(Exchange exchange, String name, String value) {
        // past the checks of the map itself, as a field is that came with the request
        ((io.vertx.core.http.impl.headers.HeadersMultiMap) exchange.headers())
                .add((CharSequence) new io.netty.util.AsciiString(name), (CharSequence) value);
    }

    private void serve(Forwarder forwarder, Plan plan, HttpServerRequest request) {
        request.pause();
        var exchange = Intake.accept(
                request, "id-1", "web", Peer.of(request.remoteAddress(), List.of()), ListenerLimits.DEFAULT);
        try {
            spoil(exchange);
        } catch (RuntimeException refusedByTheMap) {
            request.response().setStatusCode(500).end();
            return;
        }
        forwarder
                .exchange(exchange, plan)
                .compose(reply -> {
                    request.response().setStatusCode(reply.status()).setChunked(true);
                    return reply.body().sendTo(exchange);
                })
                .onFailure(failure -> request.response()
                        .setStatusCode(((ProblemException) failure).problem().status())
                        .end());
    }

    @Test
    void bad_and_good_requests_in_turn_leave_every_good_one_good() throws Exception {
        try (var origin = RawOrigin.answering("good")) {
            var service = service(origin);
            var plan = new Plan(
                    "all",
                    service,
                    new Timeouts(
                            Duration.ofSeconds(2),
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(10)),
                    null,
                    new RetryBudget(new Share(0), System::nanoTime),
                    null,
                    null,
                    List.of());
            var forwarder = new Forwarder[1];
            var port = TestGateway.await(vertx.createHttpServer()
                            .requestHandler(request -> {
                                if (forwarder[0] == null) {
                                    forwarder[0] = new Forwarder(vertx, 1, "test");
                                }
                                serve(forwarder[0], plan, request);
                            })
                            .listen(0, "127.0.0.1"))
                    .actualPort();
            var bad = List.of("/value", "/nul", "/name");
            try (var client = RawClient.connect(port)) {
                for (var i = 0; i < PAIRS; i++) {
                    client.send(RawClient.request("GET", bad.get(i % bad.size())));
                    assertThat(client.read().status()).isEqualTo(500);
                    client.send(RawClient.request("GET", "/good"));
                    assertThat(client.read().text()).isEqualTo("good");
                }
            }
            assertThat(origin.requests()).hasSize(PAIRS);
            assertThat(origin.connections()).hasSize(1);
            Waiting.until("none is under way", () -> service.load().inFlight() == 0);
            assertThat(service.targets().get(0).inFlight()).isZero();
            TestGateway.await(service.close());
        }
    }
}
