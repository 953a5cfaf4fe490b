package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.Waiting;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that goes away takes its work at the target with it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ClientLeavesTest {
    private static final String NO_HALF_CLOSE = """
            listeners: { web: { listen: "127.0.0.1:0", limits: { halfClose: false } } }
            services:  { origin: { targets: "%s", pool: { max: 1 } } }
            routes:    { all: { match: { path: "/**" }, to: origin } }
            """;

    private static Scene scene;
    private static Scene strict;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start();
        strict = Scene.start(NO_HALF_CLOSE);
    }

    @AfterAll
    static void stop() throws IOException {
        scene.close();
        strict.close();
    }

    @AfterEach
    void the_next_request_is_served() throws IOException {
        scene.stillServes();
        strict.stillServes();
    }

    @ParameterizedTest(name = "with a reset: {0}")
    @ValueSource(booleans = {true, false})
    void before_an_answer(boolean reset) throws IOException {
        var scene = waitingFor(reset);
        var already = scene.requestsAtOrigin();
        scene.answering(Answers.hang("late"));
        try (var client = scene.client()) {
            client.send(RawClient.request("GET", "/"));
            scene.origin().awaitRequests(already + 1);
            leave(client, reset);
        }
        scene.lastRequest().connection().awaitClosed();
        scene.awaitNothingInFlight();
    }

    @ParameterizedTest(name = "with a reset: {0}")
    @ValueSource(booleans = {true, false})
    void in_the_middle_of_an_answer(boolean reset) throws IOException {
        scene.answering(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
            exchange.hang();
        });
        try (var client = scene.client()) {
            client.send(RawClient.request("GET", "/")).readHead();
            assertThat(client.readBytes(3)).hasSize(3);
            leave(client, reset);
        }
        scene.lastRequest().connection().awaitClosed();
        scene.awaitNothingInFlight();
    }

    @ParameterizedTest(name = "with a reset: {0}")
    @ValueSource(booleans = {true, false})
    void in_the_middle_of_its_request(boolean reset) throws IOException {
        var already = scene.requestsAtOrigin();
        try (var client = scene.client()) {
            client.send(RawClient.request("POST", "/", "Transfer-Encoding: chunked") + "4e20\r\n" + "a".repeat(20_000)
                    + "\r\n");
            scene.origin().awaitRequests(already + 1);
            leave(client, reset);
        }
        var connection = scene.lastRequest().connection();
        connection.awaitClosed();
        assertThat(connection.text()).doesNotEndWith("0\r\n\r\n");
        scene.awaitNothingInFlight();
    }

    @ParameterizedTest(name = "with a reset: {0}")
    @ValueSource(booleans = {true, false})
    void while_it_waits_for_a_place_in_the_pool(boolean reset) throws IOException {
        var scene = waitingFor(reset);
        scene.answering(Answers.hang("late"));
        try (var first = scene.client();
                var second = scene.client();
                var third = scene.client();
                var fourth = scene.client()) {
            for (var client : new RawClient[] {first, second, third, fourth}) {
                client.send(RawClient.request("GET", "/"));
            }
            Waiting.until("four in flight", () -> scene.inFlight() == 4);
            for (var client : new RawClient[] {third, fourth, first, second}) {
                leave(client, reset);
            }
            scene.awaitNothingInFlight();
        }
    }

    /** A client that waits may close its sending direction and still want its answer, unless the listener says no. */
    private static Scene waitingFor(boolean reset) {
        return reset ? scene : strict;
    }

    private static void leave(RawClient client, boolean reset) throws IOException {
        if (reset) {
            client.reset();
        } else {
            client.close();
        }
    }
}
