package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.service.TargetStatus;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawExchange;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawOrigin.Script;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.util.List;

/**
 * A gateway before one origin, whose answers each test chooses anew. The gateway has one connection to it per event loop,
 * so that one which is lost or left dirty shows at the next request.
 */
final class Scene implements AutoCloseable {
    /** One event loop takes every second connection. */
    private static final int LANES = 2;

    static final String ONE_CONNECTION = """
            services: { origin: { targets: "%s", pool: { max: 1, wait: 10s } } }
            routes:
              all: { match: { path: "/**" }, to: origin }
            """;

    private final RawOrigin origin;
    private final TestGateway gateway;
    private volatile Script script = Answers.ok("hello");

    private Scene(String config) throws Exception {
        origin = RawOrigin.answering(exchange -> script.answer(exchange));
        gateway = TestGateway.start(config, origin.url());
    }

    static Scene start() throws Exception {
        return new Scene(ONE_CONNECTION);
    }

    /** With a configuration of its own; {@code %s} is the origin's address. */
    static Scene start(String config) throws Exception {
        return new Scene(config);
    }

    /** The routes and the service of {@link #start()} with these keys on the route. */
    static Scene withRoute(String keys) throws Exception {
        return new Scene(routeWith(keys));
    }

    /** As text; {@code %s} is the origin's address. */
    static String routeWith(String keys) {
        return """
                services: { origin: { targets: "%%s", pool: { max: 1, wait: 10s } } }
                routes:   { all: { match: { path: "/**" }, to: origin, %s } }
                """.formatted(keys);
    }

    /** From now on the origin answers so. */
    Scene answering(Script next) {
        script = next;
        return this;
    }

    RawOrigin origin() {
        return origin;
    }

    TestGateway gateway() {
        return gateway;
    }

    RawClient client() throws IOException {
        return gateway.client();
    }

    /** Sends one request on a connection of its own and reads the answer. */
    RawResponse exchange(String request) throws IOException {
        try (var client = client()) {
            return client.send(request).read(request.substring(0, request.indexOf(' ')));
        }
    }

    /** The last request that the origin got. */
    RawExchange lastRequest() {
        return origin.lastRequest();
    }

    /** How many bytes the origin ever got. */
    long bytesAtOrigin() {
        return origin.connections().stream()
                .mapToLong(connection -> connection.received().length)
                .sum();
    }

    int requestsAtOrigin() {
        return origin.requests().size();
    }

    /** Whatever was sent before: a normal request is answered on each event loop. */
    void stillServes() throws IOException {
        answering(Answers.ok("still here"));
        for (var lane = 0; lane < LANES; lane++) {
            var response = exchange(RawClient.request("GET", "/afterwards"));
            assertThat(response.status()).as(response.head().raw()).isEqualTo(200);
            assertThat(response.text()).isEqualTo("still here");
        }
        assertThat(origin.faults()).isEmpty();
        awaitNothingInFlight();
    }

    /** Waits until no target has a request in flight. */
    void awaitNothingInFlight() {
        Waiting.until("no request in flight", () -> inFlight() == 0);
    }

    /** Requests that targets have in flight, and those that wait for a place there. */
    int inFlight() {
        var waiting = gateway.node().snapshots().current().services().values().stream()
                .mapToInt(service -> service.load().waiting())
                .sum();
        return waiting + targets().stream().mapToInt(TargetStatus::inFlight).sum();
    }

    private List<TargetStatus> targets() {
        return gateway.node().snapshots().current().services().values().stream()
                .flatMap(service -> service.targets().stream())
                .toList();
    }

    /** Waits at most ten seconds for a state that nothing announces. */
    @Override
    public void close() throws IOException {
        origin.close();
        gateway.close();
    }
}
