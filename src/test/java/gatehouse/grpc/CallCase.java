package gatehouse.grpc;

import gatehouse.testing.TestGateway;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.TestInstance;

/**
 * Tests of calls to a service that does as each of them says. The services are {@code origin}, which does, {@code other}, which
 * echoes, {@code both} and {@code nobody}.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
abstract class CallCase {
    private static final String LISTENERS_AND_SERVICES = """
            listeners:
              web:  "127.0.0.1:0"
              only: { listen: "127.0.0.1:0", protocols: [grpc] }
            services:
              origin: { targets: "http://127.0.0.1:%1$d", protocol: grpc, health: { passive: null } }
              both:   { targets: [ "http://127.0.0.1:%1$d", "http://127.0.0.1:%2$d" ], protocol: grpc, health: { passive: null } }
              other:  { targets: "http://127.0.0.1:%2$d", protocol: grpc }
              nobody: { targets: "http://127.0.0.1:9", protocol: grpc }
            """;

    private final String routes;

    Vertx vertx;
    TestGateway gateway;
    CallClient client;

    /** What {@code origin} does with a request. */
    volatile Handler<HttpServerRequest> script;

    /** What {@code origin} was asked. */
    final ConcurrentLinkedQueue<HttpServerRequest> requests = new ConcurrentLinkedQueue<>();

    /** How often {@code other} was asked. */
    final AtomicInteger others = new AtomicInteger();

    CallCase(String routes) {
        this.routes = routes;
    }

    @BeforeAll
    void start() throws Exception {
        vertx = Vertx.vertx();
        var origin = listen(vertx, request -> {
            requests.add(request);
            script.handle(request);
        });
        var other = listen(vertx, request -> {
            others.incrementAndGet();
            echo(request);
        });
        var services = LISTENERS_AND_SERVICES.formatted(origin.actualPort(), other.actualPort());
        gateway = TestGateway.startWithGrpc((services + routes).replace("%", "%%"));
        client = new CallClient(vertx, gateway.port());
    }

    /** A server of calls on a free port. */
    static HttpServer listen(Vertx vertx, Handler<HttpServerRequest> handler) throws Exception {
        return TestGateway.await(
                vertx.createHttpServer().requestHandler(handler).listen(0, "127.0.0.1"));
    }

    @AfterAll
    void stop() throws Exception {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    @BeforeEach
    void the_origin_echoes() {
        requests.clear();
        others.set(0);
        script = CallCase::echo;
    }

    static void echo(HttpServerRequest request) {
        request.body()
                .onSuccess(body -> request.response()
                        .putHeader("content-type", "application/grpc")
                        .setChunked(true)
                        .putTrailer("grpc-status", "0")
                        .end(body));
    }

    /** An answer that is nothing but a status. */
    static void status(HttpServerRequest request, String status, String... more) {
        var response =
                request.response().putHeader("content-type", "application/grpc").putHeader("grpc-status", status);
        for (var i = 0; i < more.length; i += 2) {
            response.putHeader(more[i], more[i + 1]);
        }
        response.end();
    }
}
