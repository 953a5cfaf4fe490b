package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.snapshot.Route;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.httpproxy.Body;
import io.vertx.httpproxy.BodyTransformers;
import io.vertx.httpproxy.MediaType;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyResponse;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code forwarder: web-proxy} with interceptors as somebody else would write them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class WebProxyTest {
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start("services: {}");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    /** Writes its name where it came by. */
    public static class First implements ProxyInterceptor {
        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            note(context.request().headers().get("X-Way"), context, "first");
            return context.sendRequest();
        }

        static void note(String way, ProxyContext context, String name) {
            context.request().putHeader("X-Way", way == null ? name : way + " " + name);
        }

        @Override
        public Future<Void> handleProxyResponse(ProxyContext context) {
            context.response().putHeader("X-Last", getClass().getSimpleName());
            return context.sendResponse();
        }
    }

    /** The same, further in. */
    public static final class Second extends First {
        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            note(context.request().headers().get("X-Way"), context, "second");
            return context.sendRequest();
        }
    }

    /** Changes all that can be changed. */
    public static final class Changes implements ProxyInterceptor {
        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            context.request().setURI("/changed" + context.request().getURI());
            context.request().headers().remove("X-Secret");
            return context.sendRequest();
        }

        @Override
        public Future<Void> handleProxyResponse(ProxyContext context) {
            var body = Buffer.buffer("{\"changed\":true}");
            context.response()
                    .putHeader("X-Was", Integer.toString(context.response().getStatusCode()))
                    .setStatusCode(203)
                    .setBody(Body.body(body, MediaType.APPLICATION_JSON));
            return context.sendResponse();
        }
    }

    /** Reads the whole answer and writes it in capitals. */
    public static final class Capitals implements ProxyInterceptor {
        private final ProxyInterceptor inner = ProxyInterceptor.builder()
                .transformingResponseBody(BodyTransformers.text(text -> text.toUpperCase(Locale.ROOT), "UTF-8"))
                .build();

        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            return inner.handleProxyRequest(context);
        }

        @Override
        public Future<Void> handleProxyResponse(ProxyContext context) {
            return inner.handleProxyResponse(context);
        }
    }

    /** Answers itself. */
    public static final class Answering implements ProxyInterceptor {
        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            return Future.succeededFuture(context.request()
                    .release()
                    .response()
                    .setStatusCode(403)
                    .setBody(Body.body(Buffer.buffer("not today"), MediaType.TEXT_PLAIN)));
        }
    }

    /** Throws on the way there. */
    public static final class ThrowsOnRequest implements ProxyInterceptor {
        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            throw new IllegalStateException("a secret of the interceptor");
        }
    }

    /** Fails on the way there. */
    public static final class FailsOnRequest implements ProxyInterceptor {
        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            return Future.failedFuture("a secret of the interceptor");
        }
    }

    /** Throws on the way back. */
    public static final class ThrowsOnResponse implements ProxyInterceptor {
        @Override
        public Future<Void> handleProxyResponse(ProxyContext context) {
            throw new IllegalStateException("a secret of the interceptor");
        }
    }

    /** Fails on the way back. */
    public static final class FailsOnResponse implements ProxyInterceptor {
        @Override
        public Future<Void> handleProxyResponse(ProxyContext context) {
            return Future.failedFuture("a secret of the interceptor");
        }
    }

    /** Is no interceptor. */
    public static final class SomethingElse {}

    /** Can't be made. */
    public static final class NeedsMore implements ProxyInterceptor {
        private final String more;

        /** With more. */
        public NeedsMore(String more) {
            this.more = Objects.requireNonNull(more);
        }

        @Override
        public String toString() {
            return more;
        }
    }

    private static final String CONFIG = """
            services: { origin: { targets: "%s", forwarder: web-proxy, interceptors: [%s]%s } }
            routes:   { all: { match: { path: "/**" }, to: origin } }
            """;

    private static String name(String simpleName) {
        return "\"" + WebProxyTest.class.getName() + "$" + simpleName + "\"";
    }

    private static RawResponse ask(RawOrigin origin, String request, String... interceptors) throws Exception {
        var names = List.of(interceptors).stream().map(WebProxyTest::name).toList();
        gateway.reload(CONFIG, origin.url(), String.join(", ", names), "");
        try (var client = gateway.client()) {
            return client.send(request).read(request.substring(0, request.indexOf(' ')));
        }
    }

    @Test
    void interceptors_stand_around_the_request_in_the_order_of_the_file() throws Exception {
        try (var origin = RawOrigin.answering("hello")) {
            var response = ask(origin, RawClient.request("GET", "/x"), "First", "Second");
            assertThat(origin.requests().get(0).header("X-Way")).isEqualTo("first second");
            assertThat(response.all("X-Last")).containsExactly("First");
            assertThat(response.text()).isEqualTo("hello");
        }
    }

    @Test
    void an_interceptor_sees_what_the_gateway_would_send() throws Exception {
        try (var origin = RawOrigin.answering("hello")) {
            var response = ask(origin, RawClient.request("GET", "/a/../x?q=1", "X-Secret: s"), "Changes");
            assertThat(origin.requests().get(0).target()).isEqualTo("/changed/x?q=1");
            assertThat(origin.requests().get(0).header("X-Secret")).isNull();
            assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 203 Non-Authoritative Information");
            assertThat(response.header("X-Was")).isEqualTo("200");
            assertThat(response.header("Content-Type")).isEqualTo("application/json");
            assertThat(response.all("Content-Length")).containsExactly("16");
            assertThat(response.text()).isEqualTo("{\"changed\":true}");
        }
    }

    @Test
    void an_interceptor_may_collect_and_rewrite_the_body() throws Exception {
        try (var origin =
                RawOrigin.answering(exchange -> exchange.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"))) {
            var response = ask(origin, RawClient.request("GET", "/x"), "Capitals");
            assertThat(response.text()).isEqualTo("HELLO");
            assertThat(response.isComplete()).isTrue();
        }
    }

    @Test
    void an_interceptor_may_answer_without_the_target() throws Exception {
        try (var origin = RawOrigin.answering("hello")) {
            var response =
                    ask(origin, RawClient.request("POST", "/x", "Content-Length: 5") + "hello", "First", "Answering");
            assertThat(response.status()).isEqualTo(403);
            assertThat(response.text()).isEqualTo("not today");
            assertThat(response.header("X-Last")).isEqualTo("First");
            assertThat(response.header("X-Request-Id")).isNotEmpty();
            assertThat(origin.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"ThrowsOnRequest", "FailsOnRequest", "ThrowsOnResponse", "FailsOnResponse"})
    void an_interceptor_that_fails_is_500_as_a_problem_and_not_the_fault_of_the_target(String name) throws Exception {
        try (var origin = RawOrigin.answering("hello")) {
            var response = ask(origin, RawClient.request("GET", "/x"), "First", name, "Second");
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(response.header("X-Last")).isNull();
            assertThat(response.text()).contains("internal").doesNotContain("secret");
            var service = gateway.node().snapshots().current().services().get("origin");
            Waiting.until("none is under way", () -> service.targets().get(0).inFlight() == 0);
            assertThat(service.targets().get(0).failures()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no.such.Class            | a class on the class path",
                "SomethingElse            | a class that implements io.vertx.httpproxy.ProxyInterceptor",
                "NeedsMore                | a public class with a public constructor without arguments"
            })
    void a_class_that_is_no_interceptor_is_a_problem_of_the_configuration(String name, String expected) {
        var quoted = name.startsWith("no.") ? name : name(name);
        assertThatThrownBy(() -> gateway.reload(CONFIG, "http://127.0.0.1:1", quoted, ""))
                .hasMessageContaining("services.origin.interceptors.0: ")
                .hasMessageContaining("(expected: " + expected + ")");
    }

    @Test
    void interceptors_stay_the_same_objects_until_their_service_changes() throws Exception {
        gateway.reload(CONFIG, "http://127.0.0.1:1", name("First"), "");
        var before = interceptors();
        gateway.reload(CONFIG + "policies: { unused: {} }\n", "http://127.0.0.1:1", name("First"), "");
        assertThat(interceptors()).hasSize(1).first().isSameAs(before.get(0));
        gateway.reload(CONFIG, "http://127.0.0.1:2", name("First"), "");
        assertThat(interceptors()).hasSize(1).first().isNotSameAs(before.get(0));
    }

    private static List<ProxyInterceptor> interceptors() {
        var route = gateway.node().snapshots().current().routes().get("all");
        return ((Route.ToService) route.to()).plan().interceptors();
    }

    @Test
    void a_breaker_counts_what_goes_through_the_proxy() throws Exception {
        try (var origin = RawOrigin.answering(Answers.closeBeforeAnswer())) {
            gateway.reload(CONFIG, origin.url(), "", ", breaker: { over: 3, errors: 50%, open: 60s }");
            for (var i = 0; i < 3; i++) {
                assertThat(RawClient.get(gateway.port(), "/x").status()).isEqualTo(502);
            }
            var refused = RawClient.get(gateway.port(), "/x");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text()).contains("breaker-open");
            assertThat(origin.requests()).hasSize(3);
        }
    }

    @Test
    void a_sticky_cookie_is_given() throws Exception {
        try (var origin = RawOrigin.answering("hello")) {
            gateway.reload(CONFIG, origin.url(), "", ", balance: { sticky: GW }");
            var response = RawClient.get(gateway.port(), "/x");
            assertThat(response.all("Set-Cookie")).hasSize(1).first().asString().startsWith("GW=");
        }
    }
}
