package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.service.HealthChanged;
import gatehouse.service.TargetStatus;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawOrigin.Script;
import gatehouse.testing.RawResponse;
import gatehouse.testing.StandStillExcuses;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a client notices of targets that fail: retries, breakers and health, through a whole gateway. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ResilienceTest {
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start("services: {}");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static void forward(String keys, RawOrigin... origins) throws Exception {
        forward(keys, Stream.of(origins).map(RawOrigin::url).toList());
    }

    private static void forward(String keys, List<String> urls) throws Exception {
        gateway.reload("""
                services: { origin: { targets: [%s], %s } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """, urls.stream().map(url -> '"' + url + '"').collect(Collectors.joining(", ")), keys);
    }

    private static RawResponse get() throws IOException {
        return RawClient.get(gateway.port(), "/");
    }

    private static List<TargetStatus> targets() {
        return gateway.node().snapshots().current().services().get("origin").targets();
    }

    /** An origin whose script can be exchanged. */
    private static RawOrigin switching(AtomicReference<Script> script) throws IOException {
        return RawOrigin.answering(exchange -> script.get().answer(exchange));
    }

    @Test
    void a_post_is_sent_once_even_when_its_connection_is_reset() throws Exception {
        try (var one = RawOrigin.answering(Answers.resetBeforeAnswer());
                var two = RawOrigin.answering(Answers.resetBeforeAnswer());
                var client = gateway.client()) {
            forward("retry: { attempts: 5 }, health: { passive: null }", one, two);
            for (var i = 0; i < 6; i++) {
                client.send(RawClient.request("POST", "/", "Content-Length: 2", "X-Req-Id: p" + i) + "hi");
                assertThat(client.read().status()).isEqualTo(502);
                assertThat(one.requestsWithId("p" + i) + two.requestsWithId("p" + i))
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void however_many_kept_connections_are_gone_a_get_finds_only_one_of_them() throws Exception {
        try (var origin = RawOrigin.answering(exchange -> {
            if (exchange.numberOnConnection() > 1) {
                exchange.reset();
                return;
            }
            Answers.hang("fresh").answer(exchange);
        })) {
            forward(
                    "retry: { budget: 0% }, breaker: null, health: { passive: null }, concurrency: { adaptive: false }",
                    origin);
            var clients = new ArrayList<RawClient>();
            try {
                for (var i = 0; i < 24; i++) {
                    clients.add(gateway.client());
                    clients.get(i).send(RawClient.request("GET", "/"));
                }
                origin.awaitRequests(24);
                origin.release();
                for (var client : clients) {
                    assertThat(client.read().text()).isEqualTo("fresh");
                }
                for (var i = 0; i < 4; i++) {
                    var id = "again-" + i;
                    var again = clients.get(i)
                            .send(RawClient.request("GET", "/", "X-Req-Id: " + id))
                            .read();
                    assertThat(again.text()).isEqualTo("fresh");
                    assertThat(origin.requestsWithId(id)).isEqualTo(2);
                }
            } finally {
                for (var client : clients) {
                    client.close();
                }
            }
        }
    }

    @Test
    void as_long_as_another_target_is_there_one_that_refuses_costs_nothing() throws Exception {
        try (var well = RawOrigin.answering("well");
                var client = gateway.client()) {
            var urls = new ArrayList<String>();
            for (var i = 0; i < 5; i++) {
                urls.add("http://127.0.0.1:" + RawOrigin.closedPort());
            }
            urls.add(well.url());
            forward("retry: { attempts: 2, budget: 0% }, breaker: null, health: { passive: null }", urls);
            for (var i = 0; i < 60; i++) {
                client.send(RawClient.request(i % 2 == 0 ? "GET" : "POST", "/", "Content-Length: 0"));
                assertThat(client.read().text()).isEqualTo("well");
            }
            assertThat(well.requests()).hasSize(60).allMatch(request -> request.header("X-Retry-Attempt") == null);
        }
    }

    @Test
    void a_put_is_sent_again_with_its_whole_body() throws Exception {
        try (var one = RawOrigin.answering(Answers.closeBeforeAnswer());
                var two = RawOrigin.answering(
                        exchange -> exchange.reply("200 OK", exchange.body().text()));
                var client = gateway.client()) {
            forward("health: { passive: null }, retry: { budget: 100% }", one, two);
            for (var i = 0; i < 4; i++) {
                client.send(RawClient.request("PUT", "/", "Content-Length: 5") + "hello");
                assertThat(client.read().text()).isEqualTo("hello");
            }
            assertThat(one.requests()).isNotEmpty();
        }
    }

    @Test
    void an_answer_503_is_asked_for_elsewhere() throws Exception {
        try (var one = RawOrigin.answering(Answers.status("503 Service Unavailable", "busy"));
                var two = RawOrigin.answering("two")) {
            forward("health: { passive: null }, retry: { budget: 100% }", one, two);
            for (var i = 0; i < 10; i++) {
                assertThat(get().text()).isEqualTo("two");
            }
            assertThat(one.requests()).isNotEmpty();
        }
    }

    @Test
    void an_answer_503_that_no_target_betters_is_passed_on() throws Exception {
        try (var one = RawOrigin.answering(Answers.status("503 Service Unavailable", "busy", "X-Own: 1"))) {
            forward("health: { passive: null }", one);
            var response = get();
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.text()).isEqualTo("busy");
            assertThat(response.header("X-Own")).isEqualTo("1");
        }
    }

    @Test
    void the_budget_bounds_what_is_sent_again() throws Exception {
        try (var one = RawOrigin.answering(Answers.status("503 Service Unavailable", ""));
                var client = gateway.client()) {
            forward("health: { passive: null }, breaker: null, retry: { budget: 10%, attempts: 5, backoff: 0ms }", one);
            var begin = System.nanoTime();
            for (var i = 0; i < 200; i++) {
                assertThat(client.send(RawClient.request("GET", "/")).read().status())
                        .isEqualTo(503);
            }
            var seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
            var extra = one.requests().size() - 200;
            assertThat(extra).isBetween(3, (int) (20 + 3 * (seconds + 2)));
        }
    }

    @Test
    @ExtendWith(StandStillExcuses.class)
    void a_breaker_opens_refuses_at_once_and_closes_when_the_service_is_well_again() throws Exception {
        var script = new AtomicReference<Script>(Answers.closeBeforeAnswer());
        try (var origin = switching(script)) {
            forward("retry: null, breaker: { errors: 50%, over: 4, window: 60s, open: 2s, probes: 2 }", origin);
            for (var i = 0; i < 4; i++) {
                assertThat(get().text()).contains("upstream-reset");
            }
            var refused = get();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(refused.text()).contains("urn:gatehouse:problem:breaker-open");
            assertThat(refused.header("Retry-After")).isIn("1", "2", "3", "4", "5");
            assertThat(origin.requests()).hasSize(4);

            script.set(Answers.ok("well"));
            var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            var last = refused;
            while (last.status() != 200 && System.nanoTime() < deadline) {
                last = get();
            }
            for (var i = 0; i < 10; i++) {
                assertThat(get().text()).isEqualTo("well");
            }
        }
    }

    @Test
    void a_breaker_stays_closed_below_its_number_of_requests() throws Exception {
        try (var origin = RawOrigin.answering(Answers.closeBeforeAnswer())) {
            forward("retry: null, breaker: { over: 20 }", origin);
            for (var i = 0; i < 19; i++) {
                assertThat(get().status()).isEqualTo(502);
            }
            assertThat(origin.requests()).hasSize(19);
        }
    }

    @Test
    void answers_of_clients_faults_do_not_open_a_breaker() throws Exception {
        try (var origin = RawOrigin.answering(Answers.status("404 Not Found", ""))) {
            forward("breaker: { over: 3 }", origin);
            for (var i = 0; i < 10; i++) {
                assertThat(get().status()).isEqualTo(404);
            }
        }
    }

    @Test
    void all_targets_down_is_502() throws Exception {
        forward(
                "retry: { attempts: 3 }",
                List.of("http://127.0.0.1:" + RawOrigin.closedPort(), "http://127.0.0.1:" + RawOrigin.closedPort()));
        for (var i = 0; i < 10; i++) {
            var response = get();
            assertThat(response.status()).isEqualTo(502);
            assertThat(response.text()).contains("upstream-connect-refused");
        }
    }

    @Test
    @ExtendWith(StandStillExcuses.class)
    void a_target_whose_requests_fail_is_ejected_and_comes_back() throws Exception {
        var script = new AtomicReference<Script>(Answers.closeBeforeAnswer());
        try (var sick = switching(script);
                var well = RawOrigin.answering("well")) {
            forward("health: { passive: { failures: 3, eject: 3s } }", sick, well);
            var news = healthNews();
            for (var i = 0; i < 6; i++) {
                assertThat(get().text()).isEqualTo("well");
            }
            assertThat(next(news, sick).state()).isEqualTo("ejected");
            var status = targets().get(0);
            assertThat(status.healthy()).isFalse();
            assertThat(status.ejectedForMillis()).isPositive();
            assertThat(status.failures()).isEqualTo(3);
            assertThat(status.lastFailure()).isEqualTo("broke off before an answer");

            script.set(Answers.ok("back"));
            assertThat(next(news, sick).state()).isEqualTo("unproven");
            assertThat(List.of(get().text(), get().text())).containsExactlyInAnyOrder("well", "back");
            assertThat(next(news, sick).state()).isEqualTo("healthy");
        }
    }

    @Test
    void probes_take_a_target_out_and_back() throws Exception {
        var script = new AtomicReference<Script>(Answers.ok("one"));
        try (var one = switching(script);
                var two = RawOrigin.answering("two")) {
            var news = healthNews();
            forward(
                    "health: { active: { path: /healthz, every: 20ms, timeout: 30s, rise: 2, fall: 2 }, passive: null }",
                    one,
                    two);
            assertThat(List.of(get().text(), get().text())).containsExactlyInAnyOrder("one", "two");

            script.set(Answers.status("500 Internal Server Error", "one is sick"));
            assertThat(next(news, one).state()).isEqualTo("sick");
            assertThat(targets().get(0).healthy()).isFalse();
            assertThat(targets().get(0).lastFailure()).isEqualTo("probe: answered 500");
            for (var i = 0; i < 6; i++) {
                assertThat(get().text()).isEqualTo("two");
            }

            script.set(Answers.ok("one"));
            assertThat(next(news, one).state()).isEqualTo("healthy");
            assertThat(List.of(get().text(), get().text())).containsExactlyInAnyOrder("one", "two");
        }
    }

    @Test
    void a_target_that_comes_back_starts_slowly() throws Exception {
        var script = new AtomicReference<Script>(Answers.ok("one"));
        try (var one = switching(script);
                var two = RawOrigin.answering("two")) {
            var news = healthNews();
            forward(
                    "balance: { slowStart: 10m }, health: { active: { path: /, every: 20ms, timeout: 30s, rise: 1, fall: 1 }, passive: null }",
                    one,
                    two);
            script.set(Answers.status("500 Internal Server Error", ""));
            assertThat(next(news, one).state()).isEqualTo("sick");
            script.set(Answers.ok("one"));
            assertThat(next(news, one).state()).isEqualTo("healthy");
            var ones = 0;
            for (var i = 0; i < 100; i++) {
                ones += get().text().equals("one") ? 1 : 0;
            }
            assertThat(ones).isBetween(1, 25);
        }
    }

    private static BlockingQueue<HealthChanged> healthNews() throws Exception {
        var news = new LinkedBlockingQueue<HealthChanged>();
        TestGateway.await(
                HealthChanged.TOPIC.subscribe(gateway.vertx(), news::add).ready());
        return news;
    }

    private static HealthChanged next(BlockingQueue<HealthChanged> news, RawOrigin origin) throws InterruptedException {
        while (true) {
            var change = news.poll(30, TimeUnit.SECONDS);
            assertThat(change).as("a change of health").isNotNull();
            if (change.target().equals(origin.authority())) {
                return change;
            }
        }
    }
}
