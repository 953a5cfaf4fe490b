package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the target is told of the client: by the gateway alone, or by proxies that it trusts. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ForwardedTest {
    private static Scene scene;
    private static Scene trusting;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start();
        trusting = Scene.start("""
                listeners: { web: { listen: "127.0.0.1:0", trustedProxies: [127.0.0.0/8, 10.0.0.0/8] } }
                services: { origin: { targets: "%s", pool: { max: 1 } } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """);
    }

    @AfterAll
    static void stop() throws IOException {
        scene.close();
        trusting.close();
    }

    @AfterEach
    void the_next_request_is_served() throws IOException {
        scene.stillServes();
        trusting.stillServes();
    }

    @Test
    void the_gateway_says_who_called_RFC_7239_5() throws IOException {
        scene.exchange("GET / HTTP/1.1\r\nHost: a.test:8080\r\n\r\n");
        var head = scene.lastRequest().head();
        assertThat(head.all("x-forwarded-for")).containsExactly("127.0.0.1");
        assertThat(head.all("x-forwarded-proto")).containsExactly("http");
        assertThat(head.all("x-forwarded-host")).containsExactly("a.test:8080");
        assertThat(head.all("forwarded")).containsExactly("for=127.0.0.1;host=\"a.test:8080\";proto=http");
        assertThat(head.all("via")).containsExactly("1.1 gatehouse");
    }

    @Test
    void a_host_that_is_a_token_needs_no_quotes_RFC_7239_4() throws IOException {
        scene.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        assertThat(scene.lastRequest().header("forwarded")).isEqualTo("for=127.0.0.1;host=a.test;proto=http");
        scene.exchange("GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n");
        assertThat(scene.lastRequest().header("forwarded")).isEqualTo("for=127.0.0.1;host=\"[::1]\";proto=http");
    }

    @Test
    void what_an_untrusted_client_says_of_itself_is_dropped_RFC_7239_8_1() throws IOException {
        scene.exchange(RawClient.request(
                "GET",
                "/",
                "X-Forwarded-For: 10.1.1.1",
                "X-Forwarded-For: 10.1.1.2",
                "x-forwarded-proto: https",
                "X-Forwarded-Host: evil.test",
                "X-Forwarded-Port: 443",
                "X-Real-IP: 10.1.1.1",
                "True-Client-IP: 10.1.1.1",
                "X-Client-Cert: x",
                "Forwarded: for=10.1.1.1;proto=https"));
        var head = scene.lastRequest().head();
        assertThat(head.all("x-forwarded-for")).containsExactly("127.0.0.1");
        assertThat(head.all("x-forwarded-proto")).containsExactly("http");
        assertThat(head.all("x-forwarded-host")).containsExactly("localhost");
        assertThat(head.all("forwarded")).hasSize(1);
        assertThat(head.raw()).doesNotContain("10.1.1.", "evil.test", "443", "X-Client-Cert");
    }

    @Test
    void a_trusted_proxy_is_believed_and_its_account_goes_on_RFC_7239_4() throws IOException {
        trusting.exchange(RawClient.request(
                "GET",
                "/",
                "X-Forwarded-For: 203.0.113.7, 10.2.2.2",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: public.test",
                "Forwarded: for=203.0.113.7;proto=https, for=10.2.2.2"));
        var head = trusting.lastRequest().head();
        assertThat(head.all("x-forwarded-for")).containsExactly("203.0.113.7, 10.2.2.2, 127.0.0.1");
        assertThat(head.all("x-forwarded-proto")).containsExactly("https");
        assertThat(head.all("x-forwarded-host")).containsExactly("public.test");
        assertThat(head.header("forwarded"))
                .isEqualTo("for=203.0.113.7;proto=https, for=10.2.2.2, for=127.0.0.1;host=public.test;proto=https");
    }

    @Test
    void lines_of_a_trusted_proxy_are_one_list_RFC_9110_5_3() throws IOException {
        trusting.exchange(RawClient.request(
                "GET",
                "/",
                "X-Forwarded-For: 203.0.113.7",
                "X-Forwarded-For: 10.2.2.2",
                "Forwarded: for=203.0.113.7",
                "Forwarded: for=10.2.2.2"));
        var head = trusting.lastRequest().head();
        assertThat(head.all("x-forwarded-for")).containsExactly("203.0.113.7, 10.2.2.2, 127.0.0.1");
        assertThat(head.header("forwarded")).startsWith("for=203.0.113.7, for=10.2.2.2, for=127.0.0.1;");
    }

    @Test
    void what_a_trusted_proxy_says_in_Forwarded_alone_is_believed_RFC_7239_4() throws IOException {
        trusting.exchange(RawClient.request(
                "GET",
                "/",
                "Forwarded: for=\"[2001:db8::7]:4711\", for=10.2.2.2;proto=https;host=\"public.test:444\""));
        var head = trusting.lastRequest().head();
        assertThat(head.all("x-forwarded-for")).containsExactly("2001:db8::7, 10.2.2.2, 127.0.0.1");
        assertThat(head.all("x-forwarded-proto")).containsExactly("https");
        assertThat(head.all("x-forwarded-host")).containsExactly("public.test:444");
        assertThat(head.header("forwarded"))
                .isEqualTo("for=\"[2001:db8::7]:4711\", for=10.2.2.2;proto=https;host=\"public.test:444\","
                        + " for=127.0.0.1;host=\"public.test:444\";proto=https");
    }

    @Test
    void what_a_trusted_proxy_says_in_X_Forwarded_For_alone_goes_on_as_Forwarded_too_RFC_7239_7_4() throws IOException {
        trusting.exchange(RawClient.request("GET", "/", "X-Forwarded-For: 2001:db8::7, 10.2.2.2"));
        var head = trusting.lastRequest().head();
        assertThat(head.all("x-forwarded-for")).containsExactly("2001:db8::7, 10.2.2.2, 127.0.0.1");
        assertThat(head.header("forwarded")).startsWith("for=\"[2001:db8::7]\", for=10.2.2.2, for=127.0.0.1;");
    }

    @Test
    void a_Forwarded_that_contradicts_X_Forwarded_For_is_dropped_RFC_7239_8_1() throws IOException {
        trusting.exchange(RawClient.request(
                "GET",
                "/",
                "X-Forwarded-For: 203.0.113.7",
                "Forwarded: for=198.51.100.9;proto=https;host=evil.test, for=203.0.113.7"));
        var head = trusting.lastRequest().head();
        assertThat(head.all("x-forwarded-for")).containsExactly("203.0.113.7, 127.0.0.1");
        assertThat(head.all("x-forwarded-proto")).containsExactly("http");
        assertThat(head.header("forwarded")).isEqualTo("for=203.0.113.7, for=127.0.0.1;host=localhost;proto=http");
    }

    @Test
    void via_grows_by_one_hop_RFC_9110_7_6_3() throws IOException {
        scene.exchange(RawClient.request("GET", "/", "Via: 1.0 a, 2 b", "Via: 1.1 c (comment)"));
        assertThat(scene.lastRequest().head().all("via")).containsExactly("1.0 a, 2 b, 1.1 c (comment), 1.1 gatehouse");
    }

    @Test
    void via_may_have_tabs_RFC_9110_5_6_3() throws IOException {
        scene.exchange(RawClient.request("GET", "/", "Via: 1.0 a,\t2 b"));
        assertThat(scene.lastRequest().head().all("via")).containsExactly("1.0 a,\t2 b, 1.1 gatehouse");
    }

    @Test
    void the_ninth_hop_is_a_loop_RFC_5842_7_2() throws IOException {
        var response = scene.exchange(RawClient.request("GET", "/", "Via: 1.1 a" + ", 1.1 a".repeat(8)));
        Refusals.assertProblem(response, 508);
    }

    @ParameterizedTest(name = "X-Request-Id {0} is kept")
    @ValueSource(strings = {"0123456789abcdef", "a-b_c.d:e", "7f000101-0000-4000-8000-000000000000"})
    void a_well_formed_request_id_is_kept(String id) throws IOException {
        var response = scene.exchange(RawClient.request("GET", "/", "X-Request-Id: " + id));
        assertThat(response.all("x-request-id")).containsExactly(id);
        assertThat(scene.lastRequest().head().all("x-request-id")).containsExactly(id);
    }

    @ParameterizedTest(name = "X-Request-Id \"{0}\" is replaced")
    @ValueSource(strings = {"", "a b", "<script>", "a\",\"b", "\u00e9"})
    void any_other_request_id_is_replaced(String id) throws IOException {
        var response = scene.exchange(RawClient.request("GET", "/", "X-Request-Id: " + id));
        assertThat(response.all("x-request-id")).hasSize(1).doesNotContain(id);
        assertThat(scene.lastRequest().head().all("x-request-id")).containsExactly(response.header("x-request-id"));
    }

    @Test
    void the_target_s_own_request_id_does_not_reach_the_client() throws IOException {
        scene.answering(exchange -> exchange.reply("200 OK", "x", "X-Request-Id: theirs"));
        var response = scene.exchange(RawClient.request("GET", "/", "X-Request-Id: ours"));
        assertThat(response.all("x-request-id")).containsExactly("ours");
    }
}
