package gatehouse.observe;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestCertificates;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TracingTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String RECORDED = "traceparent: 00-" + TRACE + "-" + SPAN + "-01";
    private static final String NOT_RECORDED = "traceparent: 00-" + TRACE + "-" + SPAN + "-00";
    static final String ROUTED = """
            tracing: { otlp: "%s", sample: %s, every: 10ms }
            services: { users: { targets: "%s", health: { passive: null } } }
            routes: { members: { match: { path: "/users/**" }, to: users } }
            """;

    @Test
    void a_request_is_a_span_for_its_client_and_one_below_it_for_its_target() throws Exception {
        try (var collector = new Collector();
                var origin = RawOrigin.answering("here");
                var gateway = TestGateway.start(ROUTED, collector.url(), "100%", origin.url())) {
            var answer =
                    RawClient.get(gateway.port(), "/users/42?key=secret", "User-Agent: teapot/1", "Connection: close");

            assertThat(answer.status()).isEqualTo(200);
            var server = collector.await(2, Collector.Span.SERVER).get(0);
            var client = collector.await(2, Collector.Span.CLIENT).get(0);
            assertThat(server.name()).isEqualTo("GET /users/**");
            assertThat(server.parent()).isEmpty();
            assertThat(server.status()).isZero();
            assertThat(server.attributes())
                    .containsEntry("http.request.method", "GET")
                    .containsEntry("http.route", "/users/**")
                    .containsEntry("http.response.status_code", 200L)
                    .containsEntry("url.path", "/users/42")
                    .containsEntry("url.scheme", "http")
                    .containsEntry("server.address", "localhost")
                    .containsEntry("client.address", "127.0.0.1")
                    .containsEntry("network.protocol.version", "1.1")
                    .containsEntry("user_agent.original", "teapot/1")
                    .containsEntry("gatehouse.route", "members")
                    .containsEntry("gatehouse.service", "users")
                    .doesNotContainKey("error.type");
            assertThat(client.trace()).isEqualTo(server.trace()).hasSize(32);
            assertThat(client.parent()).isEqualTo(server.id()).hasSize(16);
            assertThat(client.name()).isEqualTo("GET");
            assertThat(client.attributes())
                    .containsEntry("server.address", "127.0.0.1")
                    .containsEntry("server.port", (long) origin.port())
                    .containsEntry("url.full", origin.url() + "/users/42")
                    .containsEntry("http.response.status_code", 200L);
            assertThat(origin.requests().get(0).header("traceparent"))
                    .isEqualTo("00-" + client.trace() + "-" + client.id() + "-01");
            assertThat(collector.resources().get(0)).containsEntry("service.name", "gatehouse");
            assertThat(server.toString() + client).doesNotContain("secret");
        }
    }

    @Test
    void the_trace_of_a_client_goes_on() throws Exception {
        try (var collector = new Collector();
                var origin = RawOrigin.answering("here");
                var gateway = TestGateway.start(ROUTED, collector.url(), "100%", origin.url())) {
            RawClient.get(gateway.port(), "/users/1", RECORDED, "Connection: close");

            var server = collector.await(2, Collector.Span.SERVER).get(0);
            assertThat(server.trace()).isEqualTo(TRACE);
            assertThat(server.parent()).isEqualTo(SPAN);
            assertThat(origin.requests().get(0).header("traceparent")).startsWith("00-" + TRACE + "-");
        }
    }

    @Test
    void each_attempt_is_a_span_and_what_failed_says_so() throws Exception {
        try (var collector = new Collector();
                var origin = RawOrigin.answering(
                        Answers.inOrder(Answers.status("503 Busy", "no"), Answers.status("500 Broken", "no")));
                var gateway = TestGateway.start(
                        ROUTED + "defaults: { retry: { when: [503], attempts: 2, backoff: 1ms } }",
                        collector.url(),
                        "100%",
                        origin.url())) {
            RawClient.get(gateway.port(), "/users/1", "Connection: close");

            var clients = collector.await(3, Collector.Span.CLIENT);
            assertThat(clients).extracting(Collector.Span::status).containsOnly((long) Collector.Span.ERROR);
            assertThat(clients.get(0).attributes())
                    .containsEntry("http.response.status_code", 503L)
                    .containsEntry("error.type", "503")
                    .doesNotContainKey("http.request.resend_count");
            assertThat(clients.get(1).attributes())
                    .containsEntry("http.response.status_code", 500L)
                    .containsEntry("http.request.resend_count", 1L);
            var server = collector.await(3, Collector.Span.SERVER).get(0);
            assertThat(server.status()).isEqualTo(Collector.Span.ERROR);
            assertThat(server.attributes())
                    .containsEntry("http.response.status_code", 500L)
                    .containsEntry("error.type", "500");
        }
    }

    @Test
    void a_target_that_is_not_there_fails_its_span() throws Exception {
        try (var collector = new Collector();
                var gateway = TestGateway.start(
                        ROUTED + "defaults: { retry: null }",
                        collector.url(),
                        "100%",
                        "http://127.0.0.1:" + RawOrigin.closedPort())) {
            RawClient.get(gateway.port(), "/users/1", "Connection: close");

            var client = collector.await(2, Collector.Span.CLIENT).get(0);
            assertThat(client.status()).isEqualTo(Collector.Span.ERROR);
            assertThat(client.attributes())
                    .containsEntry("error.type", "_OTHER")
                    .doesNotContainKey("http.response.status_code");
            assertThat(collector.await(2, Collector.Span.SERVER).get(0).attributes())
                    .containsEntry("http.response.status_code", 502L);
        }
    }

    @Test
    void what_a_trusted_proxy_has_decided_is_kept_and_nobody_else_decides() throws Exception {
        try (var collector = new Collector();
                var origin = RawOrigin.answering("here");
                var gateway = TestGateway.start(
                        "listeners: { web: \"127.0.0.1:0\", inner: { listen: \"127.0.0.1:0\", trustedProxies: [127.0.0.0/8] } }\n"
                                + ROUTED,
                        collector.url(),
                        "0%",
                        origin.url())) {
            RawClient.get(gateway.port(), "/users/stranger", RECORDED, "Connection: close");
            RawClient.get(gateway.port("inner"), "/users/no", NOT_RECORDED, "Connection: close");
            RawClient.get(gateway.port("inner"), "/users/yes", RECORDED, "Connection: close");

            var server = collector.await(2, Collector.Span.SERVER).get(0);
            assertThat(collector.count()).isEqualTo(2);
            assertThat(server.attributes()).containsEntry("url.path", "/users/yes");
            assertThat(origin.requests().get(0).header("traceparent")).isEqualTo("00-" + TRACE + "-" + SPAN + "-01");
            assertThat(origin.requests().get(1).header("traceparent")).isEqualTo("00-" + TRACE + "-" + SPAN + "-00");
        }
    }

    @Test
    void a_collector_that_is_not_there_costs_no_request() throws Exception {
        try (var origin = RawOrigin.answering("here");
                var gateway =
                        TestGateway.start(ROUTED, "http://127.0.0.1:" + RawOrigin.closedPort(), "100%", origin.url());
                var client = gateway.client()) {
            for (var i = 0; i < 10; i++) {
                assertThat(client.send(RawClient.request("GET", "/users/1"))
                                .read()
                                .status())
                        .isEqualTo(200);
            }
            Waiting.until("they are recorded, and some have failed", () -> {
                var scrape = gateway.node().metrics().scrape();
                return scrape.contains("gatehouse_trace_spans_recorded_total 20.0")
                        && !scrape.contains("gatehouse_trace_spans_failed_total 0.0");
            });
            assertThat(gateway.node().metrics().scrape()).contains("gatehouse_trace_spans_sent_total 0.0");
        }
    }

    @Test
    void a_collector_behind_TLS_is_trusted_by_its_own_CA_and_gets_its_fields(@TempDir Path folder) throws Exception {
        var certificates = new TestCertificates(folder).issue("collector", "localhost");
        var heard = new LinkedBlockingQueue<String>();
        try (var origin = RawOrigin.answering("here");
                var another = TestGateway.start("")) {
            var collector = TestGateway.await(another.vertx()
                    .createHttpServer(new HttpServerOptions()
                            .setSsl(true)
                            .setKeyCertOptions(new PemKeyCertOptions()
                                    .setCertPath(certificates.pem("collector").toString())
                                    .setKeyPath(certificates.key("collector").toString())))
                    .requestHandler(request -> {
                        heard.add(request.path() + " " + request.getHeader("X-Tenant"));
                        request.response().end();
                    })
                    .listen(0, "127.0.0.1"));
            var text = ROUTED.replace("every:", "ca: \"%s\", headers: { X-Tenant: acme }, every:");
            var url = "https://localhost:" + collector.actualPort();
            try (var gateway = TestGateway.start(text, url, "100%", certificates.ca(), origin.url())) {
                RawClient.get(gateway.port(), "/users/1", "Connection: close");
                assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("/v1/traces acme");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, true",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00, true",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more, true",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more, false",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, false",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01, false",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01, false",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01, false",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7, false",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, false",
        "'', false",
    })
    void only_a_well_formed_field_is_believed(String field, boolean valid) {
        assertThat(TraceParent.isValid(field)).isEqualTo(valid);
    }
}
