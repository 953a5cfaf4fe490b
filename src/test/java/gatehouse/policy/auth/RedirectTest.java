package gatehouse.policy.auth;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another service sends whom it does not know to a page for logging in. */
class RedirectTest extends DoorCase {
    private static final String KEY = "key-of-ann-0123456789";
    private static final RawOrigin.Script LOGIN = Answers.status(
            "302 Found",
            "<a href=x>go</a>",
            "Location: https://login.test/?rd=%2Fx",
            "Set-Cookie: state=1; Path=/; Secure",
            "Set-Cookie: nonce=2; Path=/; Secure",
            "X-Secret: kept");

    RedirectTest() {
        super(LOGIN);
    }

    @Override
    TestGateway between(RawOrigin origin) throws Exception {
        return TestGateway.startWithSockets("""
                services: { origin: { targets: "%s" } }
                consumers: { ann: { keys: [ %s ] } }
                policies: { door: { auth: { external: { url: "%s/check", request: false, cache: 1m } } } }
                routes:
                  open:     { match: { path: /open }, to: origin }
                  page:     { match: { path: "/page/**" }, to: origin, use: [door], cors: { origins: "https://app.test" } }
                  either:   { match: { path: /either }, to: origin, auth: { any: [ { external: "%s/check" }, { apiKey: {} } ] } }
                  optional: { match: { path: /optional }, to: origin, auth: { required: false, external: "%s/check" } }
                  both:     { match: { path: /both }, to: origin, auth: { required: false, all: [ { external: "%s/check" }, { apiKey: {} } ] } }
                """, origin.url(), KEY, door.url(), door.url(), door.url(), door.url());
    }

    @Test
    void a_browser_gets_where_to_go_and_the_cookies_for_it_and_nothing_else() throws IOException {
        var before = origin.requests().size();
        var seen = get("/page/1", "Cookie: theme=dark", "Origin: https://app.test");
        assertThat(seen.status()).isEqualTo(302);
        assertThat(seen.header("location")).isEqualTo("https://login.test/?rd=%2Fx");
        assertThat(seen.all("set-cookie")).containsExactly("state=1; Path=/; Secure", "nonce=2; Path=/; Secure");
        assertThat(seen.header("cache-control")).isEqualTo("no-store");
        assertThat(seen.header("access-control-allow-origin")).isEqualTo("https://app.test");
        assertThat(seen.header("x-secret")).isNull();
        assertThat(seen.text()).isEmpty();
        assertThat(origin.requests()).hasSize(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"})
    void every_redirect_is_passed_on_and_a_relative_one_as_it_stands(String status) throws IOException {
        answer = Answers.status(status, "", "Location: /login?x=1");
        var seen = get("/either");
        assertThat(seen.status()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
        assertThat(seen.header("location")).isEqualTo("/login?x=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Location: ", "Location: https://login.test/a b", "X-Location: /login"})
    void one_that_leads_nowhere_is_503(String field) throws IOException {
        answer = Answers.status("302 Found", "", field);
        assertThat(get("/either").status()).isEqualTo(503);
    }

    @Test
    void nobody_else_gets_its_cookies() throws IOException {
        var number = new AtomicInteger();
        var go = new CompletableFuture<Void>();
        answer = exchange -> {
            go.join();
            exchange.reply("302 Found", "", "Location: /login", "Set-Cookie: state=" + number.incrementAndGet());
        };
        var before = door.requests().size();
        List<RawClient> clients = new ArrayList<>();
        for (var i = 0; i < 8; i++) {
            var client = gateway.client();
            clients.add(client);
            client.send(RawClient.request("GET", "/page/" + i));
        }
        door.awaitRequests(before + 1);
        assertThat(get("/open").status()).isEqualTo(200);
        go.complete(null);
        var cookies = new HashSet<String>();
        for (var client : clients) {
            cookies.add(client.read().header("set-cookie"));
            client.close();
        }
        cookies.add(get("/page/9").header("set-cookie"));
        assertThat(cookies).hasSize(9);
    }

    @Test
    void without_cookies_it_is_one_answer_for_all_who_would_ask_the_same() throws IOException {
        answer = Answers.status("302 Found", "", "Location: /login");
        var before = door.requests().size();
        assertThat(get("/page/1", "Cookie: same").status()).isEqualTo(302);
        assertThat(get("/page/2", "Cookie: same").status()).isEqualTo(302);
        assertThat(door.requests()).hasSize(before + 1);
    }

    @Test
    void who_wants_a_websocket_is_not_sent_to_a_page() throws IOException {
        var refused = get(
                "/page/socket",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("www-authenticate")).isEqualTo("Bearer");
    }

    @Test
    void who_may_come_another_way_is_sent_there_only_without_it() throws IOException {
        assertThat(get("/either").status()).isEqualTo(302);
        assertThat(get("/either", "X-Api-Key: " + KEY).status()).isEqualTo(200);
        assertThat(get("/either", "X-Api-Key: wrong").status()).isEqualTo(401);
    }

    @Test
    void where_nobody_has_to_be_known_only_wrong_credentials_are_refused() throws IOException {
        for (var no : List.of(LOGIN, Answers.status("401 Unauthorized", ""))) {
            answer = no;
            assertThat(get("/optional").status()).isEqualTo(200);
            assertThat(get("/optional", "Authorization: wrong").status()).isIn(302, 401);
            assertThat(get("/both").status()).isEqualTo(200);
            assertThat(get("/both", "X-Api-Key: " + KEY).status()).isEqualTo(401);
        }
        answer = Answers.status("403 Forbidden", "");
        assertThat(get("/optional").status()).isEqualTo(403);
    }
}
