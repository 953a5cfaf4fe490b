package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.service.Service;
import gatehouse.snapshot.Route;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reload does to services and to the requests that are under way. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SnapshotChangeTest {
    private static final String CONFIG = """
            services: { origin: { targets: "%s", forwarder: %s } }
            routes:   { all: { match: { path: "/**" }, to: origin, breaker: { over: %s, errors: 100%%, open: 60s }, retry: null } }
            """;

    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start("services: {}");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Service service() {
        return gateway.node().snapshots().current().services().get("origin");
    }

    private static Plan plan() {
        var route = gateway.node().snapshots().current().routes().get("all");
        return ((Route.ToService) route.to()).plan();
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "web-proxy"})
    void a_reload_that_leaves_a_service_alone_keeps_its_counters_and_breaker(String forwarder) throws Exception {
        try (var origin = RawOrigin.answering(Answers.closeBeforeAnswer())) {
            gateway.reload(CONFIG, origin.url(), forwarder, 4);
            var service = service();
            var breaker = plan().breaker();
            for (var i = 0; i < 3; i++) {
                assertThat(RawClient.get(gateway.port(), "/").status()).isEqualTo(502);
            }
            gateway.reload(CONFIG + "policies: { unused: {} }\n", origin.url(), forwarder, 4);
            assertThat(service()).isSameAs(service);
            assertThat(plan().breaker()).isSameAs(breaker);
            assertThat(service().targets().get(0).failures()).isEqualTo(3);
            assertThat(RawClient.get(gateway.port(), "/").status()).isEqualTo(502);
            assertThat(RawClient.get(gateway.port(), "/").text()).contains("breaker-open");

            gateway.reload(CONFIG, origin.url(), forwarder, 5);
            assertThat(service()).isSameAs(service);
            assertThat(plan().breaker()).isNotSameAs(breaker);
            assertThat(RawClient.get(gateway.port(), "/").status()).isEqualTo(502);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "web-proxy"})
    void requests_under_way_finish_with_the_service_that_they_began_with(String forwarder) throws Exception {
        try (var old = RawOrigin.answering(Answers.hang("old"));
                var next = RawOrigin.answering("next");
                var waiting = gateway.client();
                var client = gateway.client()) {
            gateway.reload(CONFIG, old.url(), forwarder, 20);
            var before = service();
            waiting.send(RawClient.request("GET", "/"));
            old.awaitRequests(1);

            gateway.reload(CONFIG, next.url(), forwarder, 20);
            assertThat(service()).isNotSameAs(before);
            assertThat(client.send(RawClient.request("GET", "/")).read().text()).isEqualTo("next");
            assertThat(before.targets().get(0).inFlight()).isEqualTo(1);

            old.release();
            assertThat(waiting.read().text()).isEqualTo("old");
            assertThat(waiting.send(RawClient.request("GET", "/")).read().text())
                    .isEqualTo("next");
            assertThat(old.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "web-proxy"})
    void a_route_that_goes_takes_no_answer_with_it(String forwarder) throws Exception {
        try (var origin = RawOrigin.answering(Answers.hang("late"));
                var waiting = gateway.client()) {
            gateway.reload(CONFIG, origin.url(), forwarder, 20);
            waiting.send(RawClient.request("GET", "/"));
            origin.awaitRequests(1);
            gateway.reload("services: {}");
            origin.release();
            assertThat(waiting.read().text()).isEqualTo("late");
            assertThat(waiting.send(RawClient.request("GET", "/")).read().status())
                    .isEqualTo(404);
        }
    }

    @Test
    void a_reload_that_is_rejected_changes_nothing() throws Exception {
        try (var origin = RawOrigin.answering("same")) {
            gateway.reload(CONFIG, origin.url(), "own", 20);
            var service = service();
            var number = gateway.node().snapshots().current().number();
            assertThat(org.assertj.core.api.Assertions.catchThrowable(
                            () -> gateway.reload(CONFIG, origin.url(), "somehow", 20)))
                    .hasMessageContaining("somehow");
            assertThat(service()).isSameAs(service);
            assertThat(gateway.node().snapshots().current().number()).isEqualTo(number);
            assertThat(RawClient.get(gateway.port(), "/").text()).isEqualTo("same");
        }
    }
}
