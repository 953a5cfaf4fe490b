package gatehouse.policy.auth;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.ListenerLimits;
import gatehouse.exchange.Intake;
import gatehouse.exchange.Peer;
import gatehouse.problem.ProblemException;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** How much of forms that may hold credentials lies on a node while nobody is known yet. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FormRoomTest {
    private static final int ROOM = 100;

    private final Vertx vertx = Vertx.vertx();
    private final FormBodies forms = new FormBodies(vertx, ROOM);
    private int port;

    @BeforeEach
    void start() throws Exception {
        port = TestGateway.await(
                        vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1"))
                .actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        TestGateway.await(vertx.close());
    }

    private void answer(HttpServerRequest request) {
        request.pause();
        var exchange = Intake.accept(
                request, "id", "web", Peer.of(request.remoteAddress(), List.of()), ListenerLimits.DEFAULT);
        request.response().closeHandler(closed -> exchange.clientLeft());
        forms.read(exchange, 1000, Duration.ofSeconds(20)).onComplete(end -> {
            var status =
                    end.cause() instanceof ProblemException why ? why.problem().status() : 200;
            request.response().setStatusCode(status).end();
        });
    }

    private static String head(int length) {
        return RawClient.request("POST", "/", "Content-Length: " + length);
    }

    private RawResponse send(int length) throws IOException {
        try (var client = RawClient.connect(port)) {
            return client.send(head(length) + "a".repeat(length)).read();
        }
    }

    /** Bytes that were sent, or a client that has left, may still be on their way. */
    private void awaitStatus(int length, int expected) throws IOException {
        var until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        var status = send(length).status();
        while (status != expected && System.nanoTime() < until) {
            status = send(length).status();
        }
        assertThat(status).isEqualTo(expected);
    }

    @Test
    void a_form_for_which_there_is_no_room_is_503_and_what_was_read_makes_room() throws IOException {
        try (var slow = RawClient.connect(port)) {
            slow.send(head(90) + "a".repeat(60));
            awaitStatus(60, 503);
            assertThat(send(30).status()).as("there is room for that").isEqualTo(200);
            assertThat(slow.send("a".repeat(30)).read().status()).isEqualTo(200);
        }
        assertThat(send(ROOM).status()).as("all of it is free").isEqualTo(200);
        assertThat(send(ROOM + 1).status()).isEqualTo(503);
    }

    @Test
    void who_leaves_in_the_middle_takes_no_room_with_him() throws IOException {
        try (var leaving = RawClient.connect(port)) {
            leaving.send(head(90) + "a".repeat(60));
            awaitStatus(60, 503);
            leaving.reset();
            awaitStatus(ROOM, 200);
        }
    }
}
