package gatehouse.grpc;

import static gatehouse.grpc.CallClient.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.policy.auth.Minting;
import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of calls that the gateway has something to say to. */
class CallsTest extends CallCase {
    CallsTest() {
        super("""
                routes:
                  all:      { match: { grpc: t.Any }, to: origin }
                  method:   { match: { grpc: t.Any/Special }, to: other }
                  metadata: { match: { grpc: t.Any, header: { x-who: special } }, to: other }
                  both:     { match: { grpc: t.Both }, to: both }
                  secret:   { match: { grpc: t.Secret }, to: origin, auth: { jwt: { keys: [ { secret: "0123456789abcdef0123456789abcdef" } ], headers: { x-user: sub } } },
                              access: { allow: { claim: { role: ops } } } }
                  denied:   { match: { grpc: t.Denied }, to: origin, access: { deny: [ { cidr: [ 127.0.0.0/8 ] } ] } }
                  limited:  { match: { grpc: t.Limited }, to: origin, rateLimit: { rate: 1/m, burst: 1, by: route } }
                  nobody:   { match: { grpc: t.Nobody }, to: nobody, retry: null }
                """);
    }

    @ParameterizedTest
    @CsvSource({
        "/t.NoSuch/Method, 12",
        "/t.Secret/Get, 16",
        "/t.Denied/Get, 7",
        "/t.Nobody/Get, 14",
        "/t.Any/Get, 0",
    })
    void what_the_gateway_itself_says_is_a_status(String path, String status) throws Exception {
        var answer = client.call(path);
        assertThat(answer.status()).as(answer.message()).isEqualTo(status);
        assertThat(answer.httpStatus()).isEqualTo(200);
        assertThat(answer.headers().get("content-type")).isEqualTo("application/grpc");
        assertThat(answer.headers().get("x-request-id")).isNotEmpty();
    }

    @Test
    void over_its_rate_a_call_is_RESOURCE_EXHAUSTED_and_told_when_to_come_again() throws Exception {
        assertThat(client.call("/t.Limited/Get").status()).isEqualTo("0");
        var refused = client.call("/t.Limited/Get");
        assertThat(refused.status()).isEqualTo("8");
        assertThat(Integer.parseInt(refused.field("grpc-retry-pushback-ms"))).isPositive();
    }

    @Test
    void the_most_specific_name_wins_and_metadata_counts() throws Exception {
        client.call("/t.Any/Special");
        client.call("/t.Any/Get", "x-who: special");
        assertThat(others).hasValue(2);
        client.call("/t.Any/Get");
        assertThat(others).hasValue(2);
    }

    @Test
    void calls_on_one_connection_are_balanced_one_by_one() throws Exception {
        for (var i = 0; i < 6; i++) {
            assertThat(client.call("/t.Both/Get").status()).isEqualTo("0");
        }
        assertThat(others).hasValue(3);
        assertThat(requests).hasSize(3);
    }

    @Test
    void a_listener_for_calls_takes_nothing_else() throws Exception {
        assertThat(RawClient.get(gateway.port("only"), "/t.Any/Get").status()).isEqualTo(415);
        assertThat(refusal("POST", "application/grpc+proto")).contains("gRPC needs HTTP/2");
        assertThat(refusal("GET", "application/grpc-web")).contains("is a POST");
        assertThat(new CallClient(vertx, gateway.port("only"))
                        .call("/t.Any/Get")
                        .status())
                .isEqualTo("0");
    }

    private String refusal(String method, String type) throws Exception {
        try (var client = RawClient.connect(gateway.port("only"))) {
            var response = client.send(RawClient.request(method, "/t.Any/Get", "Content-Type: " + type))
                    .read(method);
            assertThat(response.status()).isEqualTo(415);
            return response.text();
        }
    }

    @Test
    void what_says_to_be_a_call_over_HTTP_1_1_reaches_no_service_that_would_be_blamed_for_its_reset() throws Exception {
        try (var client = gateway.client()) {
            var response = client.send(RawClient.request("POST", "/t.Any/Get", "Content-Type: application/grpc+proto"))
                    .read();
            assertThat(response.status()).isEqualTo(415);
            assertThat(response.text()).contains("gRPC needs HTTP/2; over HTTP/1.1 there is gRPC-Web.");
        }
        assertThat(requests).isEmpty();
    }

    @Test
    void the_codings_that_a_page_takes_are_not_those_of_a_service() throws Exception {
        try (var page = gateway.client()) {
            page.send(RawClient.request(
                            "POST",
                            "/t.Any/Get",
                            "Content-Type: application/grpc-web",
                            "Accept-Encoding: gzip",
                            "Content-Length: 5")
                    + "\0\0\0\0\0");
            assertThat(page.read("POST").status()).isEqualTo(200);
        }
        assertThat(requests.remove().getHeader("accept-encoding")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "application/grpc, 200",
        "application/grpc+proto; charset=utf-8, 200",
        "APPLICATION/GRPC+thrift, 200",
        "application/grpcx, 415",
        "application/grpc-webx, 415",
        "application/grpc-web-textual, 415",
    })
    void a_call_is_what_its_media_type_says(String type, int status) throws Exception {
        assertThat(new CallClient(vertx, gateway.port("only"))
                        .call("/t.Any/Get", "content-type: " + type)
                        .httpStatus())
                .isEqualTo(status);
    }

    private String bearer(String role, long secondsFromNow) {
        var expires = System.currentTimeMillis() / 1000 + secondsFromNow;
        var claims = Map.<String, Object>of("sub", "ada", "role", role, "exp", expires);
        return "authorization: Bearer "
                + Minting.withSecret("0123456789abcdef0123456789abcdef", null).token(vertx, claims);
    }

    @Test
    void a_token_in_metadata_lets_a_call_pass_and_its_claims_become_metadata() throws Exception {
        var answer = client.call("/t.Secret/Get", bearer("ops", 600), "x-user: somebody-else");
        assertThat(answer.status()).as(answer.message()).isEqualTo("0");
        assertThat(requests.remove().headers().getAll("x-user")).containsExactly("ada");
    }

    @Test
    void a_token_that_is_not_good_is_UNAUTHENTICATED_and_one_that_is_not_enough_PERMISSION_DENIED() throws Exception {
        assertThat(client.call("/t.Secret/Get", bearer("ops", -600)).status()).isEqualTo("16");
        assertThat(client.call("/t.Secret/Get", "authorization: Bearer a.b.c").status())
                .isEqualTo("16");
        assertThat(client.call("/t.Secret/Get", bearer("reader", 600)).status()).isEqualTo("7");
        assertThat(requests).isEmpty();
    }

    @Test
    void metadata_passes_as_it_is_both_ways() throws Exception {
        var values = new String[] {"AAEC", "AAEC,AwQF, Bg", "AA=="};
        script = request -> {
            var response = request.response()
                    .putHeader("content-type", "application/grpc")
                    .putHeader("first-bin", request.headers().getAll("some-bin"))
                    .putHeader("grpc-encoding", "identity")
                    .setChunked(true)
                    .putTrailer("grpc-status", "0")
                    .putTrailer("last-bin", request.headers().getAll("some-bin"))
                    .putTrailer("grpc-tags-bin", "AQ");
            request.body().onSuccess(response::end);
        };
        var call = TestGateway.await(client.open("/t.Any/Get", "grpc-tags-bin: AQ", "grpc-previous-rpc-attempts: 1"));
        call.headers().add("some-bin", (Iterable<String>) List.of(values));
        var answer = TestGateway.await(call.setChunked(true)
                .send(frame(0, "hello"))
                .compose(response -> response.body().map(response)));
        assertThat(answer.headers().getAll("first-bin")).containsExactly(values);
        assertThat(answer.trailers().getAll("last-bin")).containsExactly(values);
        assertThat(answer.trailers().get("grpc-tags-bin")).isEqualTo("AQ");
        var asked = requests.remove().headers();
        assertThat(asked.get("grpc-tags-bin")).isEqualTo("AQ");
        assertThat(asked.get("grpc-previous-rpc-attempts")).isEqualTo("1");
    }

    @Test
    void other_people_s_proxy_carries_no_calls() {
        assertThatThrownBy(() -> TestGateway.startWithGrpc("""
                        services:
                          a: { targets: "http://127.0.0.1:1", forwarder: web-proxy, protocol: grpc }
                          b: { targets: "http://127.0.0.1:1", forwarder: web-proxy, pool: { http2: true } }
                        routes:
                          plain: { match: { path: /a }, to: a }
                          named: { match: { grpc: t.B }, to: b }
                          json:  { match: { path: /b }, to: { rpc: b } }
                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("routes.plain.to: a has forwarder web-proxy")
                .hasMessageContaining("routes.named.to: b has forwarder web-proxy")
                .hasMessageContaining("routes.json.to: b has forwarder web-proxy");
    }
}
