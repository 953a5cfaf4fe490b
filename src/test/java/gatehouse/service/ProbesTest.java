package gatehouse.service;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.service.Fixture.Head;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
@DisplayNameGeneration(ReplaceUnderscores.class)
class ProbesTest {
    private final BlockingQueue<HealthChanged> told = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> probes = new LinkedBlockingQueue<>();
    private volatile Consumer<HttpServerRequest> answer =
            request -> request.response().end();
    private HttpServer target;
    private Service service;

    @BeforeEach
    void listen(Vertx vertx) throws Exception {
        target = vertx.createHttpServer()
                .requestHandler(request -> {
                    probes.add(request.method() + " " + request.uri() + " " + request.authority());
                    answer.accept(request);
                })
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        HealthChanged.TOPIC
                .subscribe(vertx, told::add)
                .ready()
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void a_probe_asks_for_the_path_by_the_targets_name(Vertx vertx) throws Exception {
        start(vertx, 3);

        assertThat(probes.poll(30, TimeUnit.SECONDS)).isEqualTo("GET /healthz?deep=1 127.0.0.1:" + target.actualPort());
    }

    @Test
    void a_target_that_answers_with_errors_falls_sick_and_gets_well_again(Vertx vertx) throws Exception {
        answer = request -> request.response().setStatusCode(500).end("no");
        start(vertx, 3);

        assertThat(next()).isEqualTo(new HealthChanged("users", id(), "sick", "probe: answered 500"));
        assertThat(service.pick(Head.PLAIN, List.of())).isNull();
        assertThat(probes).hasSizeGreaterThanOrEqualTo(3);

        answer = request -> request.response().setStatusCode(302).end();
        assertThat(next()).isEqualTo(new HealthChanged("users", id(), "healthy", "good probes"));
        assertThat(service.pick(Head.PLAIN, List.of())).isNotNull();
    }

    @Test
    void a_target_that_refuses_is_sick(Vertx vertx) throws Exception {
        target.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        start(vertx, 1);

        assertThat(next().state()).isEqualTo("sick");
        assertThat(service.targets().get(0).lastFailure()).startsWith("probe: ").contains("refused");
    }

    @Test
    void a_target_that_does_not_answer_in_time_is_sick(Vertx vertx) throws Exception {
        answer = request -> {};
        start(vertx, 1, 50);

        assertThat(next().state()).isEqualTo("sick");
    }

    @Test
    void a_body_without_end_does_not_hold_the_probes_up(Vertx vertx) throws Exception {
        answer = request -> request.response().setChunked(true).write("drip");
        start(vertx, 1);

        for (var i = 0; i < 5; i++) {
            assertThat(probes.poll(30, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void a_closed_service_probes_no_more(Vertx vertx) throws Exception {
        start(vertx, 1);
        assertThat(probes.poll(30, TimeUnit.SECONDS)).isNotNull();
        var first = service;
        first.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);

        answer = request -> request.response().setStatusCode(500).end();
        start(vertx, 1);

        assertThat(next().state()).isEqualTo("sick");
        assertThat(first.targets().get(0).healthy()).isTrue();
    }

    private void start(Vertx vertx, int fall) {
        start(vertx, fall, 5_000);
    }

    private void start(Vertx vertx, int fall, int timeoutMillis) {
        var config = Fixture.urls("http://127.0.0.1:" + target.actualPort())
                .active("/healthz?deep=1", Duration.ofMillis(10), Duration.ofMillis(timeoutMillis), 2, fall)
                .panic("0%")
                .config();
        service = Service.start(vertx, "users", config, new byte[0], System::nanoTime);
    }

    private String id() {
        return "127.0.0.1:" + target.actualPort();
    }

    private HealthChanged next() throws InterruptedException {
        return told.poll(30, TimeUnit.SECONDS);
    }
}
