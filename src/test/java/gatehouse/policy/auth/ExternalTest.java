package gatehouse.policy.auth;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Another service says who calls. */
class ExternalTest extends DoorCase {
    private static final RawOrigin.Script YES =
            Answers.status("200 OK", "fine", "X-Who: ann", "X-Groups: staff, night shift", "X-Secret: kept");

    ExternalTest() {
        super(YES);
    }

    @Override
    TestGateway between(RawOrigin origin) throws Exception {
        return TestGateway.start("""
                services: { origin: { targets: "%s" } }
                policies:
                  door: { auth: { external: { url: "%s/check", timeout: 10s, receive: [X-Who], consumer: X-Who, groups: X-Groups } } }
                routes:
                  each: { match: { path: "/each/**" }, to: origin, use: [door] }
                  told: { match: { path: /told }, to: origin, auth: { external: { url: "%s/check", receive: [X-Forwarded-User, X-Real-IP] } } }
                  staff: { match: { path: /staff }, to: origin, use: [door], access: { allow: { groups: night shift } } }
                  late: { match: { path: /late }, to: origin, auth: { external: { url: "%s/check", timeout: 200ms } } }
                  kept:
                    match: { path: "/kept/**" }
                    to: origin
                    auth: { external: { url: "%s/check", request: false, cache: 1m } }
                """, origin.url(), door.url(), door.url(), door.url(), door.url());
    }

    @Override
    protected RawOrigin.Script usually() {
        return Answers.echo();
    }

    @Test
    void it_is_told_what_is_asked_for_and_the_service_what_it_answers() throws IOException {
        var before = door.requests().size();
        var seen = get("/each/a?b=c", "Authorization: x", "Cookie: d=e", "X-Other: f", "X-Who: root", "X_WHO: root");
        assertThat(seen.status()).isEqualTo(200);
        assertThat(seen.text()).contains("[\"X-Who\",\"ann\"]").doesNotContain("root", "X-Secret");
        var question = door.requests().get(before);
        assertThat(question.target()).isEqualTo("/check");
        assertThat(question.header("authorization")).isEqualTo("x");
        assertThat(question.header("cookie")).isEqualTo("d=e");
        assertThat(question.header("x-other")).isNull();
        assertThat(question.header("x-forwarded-method")).isEqualTo("GET");
        assertThat(question.header("x-forwarded-uri")).isEqualTo("/each/a?b=c");
        assertThat(question.header("x-forwarded-for")).isEqualTo("127.0.0.1");
    }

    @Test
    void it_may_name_the_caller_in_a_field_that_no_client_can_send() throws IOException {
        answer = Answers.status("200 OK", "fine", "X-Forwarded-User: ann");
        assertThat(get("/told", "X-Forwarded-User: root", "X_Forwarded_User: root", "X-Real-IP: 6.6.6.6")
                        .text())
                .contains("[\"X-Forwarded-User\",\"ann\"]")
                .doesNotContain("root", "6.6.6.6");
    }

    @Test
    void its_groups_count() throws IOException {
        assertThat(get("/staff").status()).isEqualTo(200);
        answer = Answers.status("200 OK", "fine", "X-Groups: staff");
        assertThat(get("/staff").status()).isEqualTo(403);
    }

    @Test
    void its_no_is_passed_on() throws IOException {
        answer = Answers.status("401 Unauthorized", "who?", "WWW-Authenticate: Digest realm=\"r\"");
        var unknown = get("/each/no");
        assertThat(unknown.status()).isEqualTo(401);
        assertThat(unknown.header("www-authenticate")).isEqualTo("Digest realm=\"r\"");
        answer = Answers.status("403 Forbidden", "you?");
        assertThat(get("/each/no").status()).isEqualTo(403);
    }

    @Test
    void nobody_passes_when_it_can_t_say() throws IOException {
        for (var trouble : new RawOrigin.Script[] {
            Answers.status("500 Internal Server Error", "x"),
            Answers.status("304 Not Modified", "", "Location: /login"),
            Answers.closeBeforeAnswer(),
            Answers.ok("x".repeat(100_000))
        }) {
            answer = trouble;
            var refused = get("/each/trouble");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("retry-after")).isNotNull();
        }
        answer = Answers.hang("");
        assertThat(get("/late").status()).isEqualTo(503);
        door.release();
    }

    @Test
    void a_connection_that_it_gives_up_at_that_moment_costs_nobody_the_answer() throws IOException {
        assertThat(get("/each/first").status()).isEqualTo(200);
        answer = Answers.inOrder(Answers.closeBeforeAnswer(), YES);
        assertThat(get("/each/second").status()).isEqualTo(200);
    }

    @Test
    void its_answer_counts_for_a_while_for_those_who_would_ask_the_same() throws IOException {
        var before = door.requests().size();
        for (var i = 0; i < 5; i++) {
            assertThat(get("/kept/" + i, "Authorization: one").status()).isEqualTo(200);
        }
        assertThat(door.requests()).hasSize(before + 1);
        assertThat(get("/kept/1", "Authorization: two").status()).isEqualTo(200);
        assertThat(get("/kept/1").status()).isEqualTo(200);
        assertThat(get("/kept/1", "Cookie: one").status()).isEqualTo(200);
        assertThat(door.requests()).hasSize(before + 4);
    }

    @Test
    void many_who_ask_the_same_at_once_are_one_question() {
        var before = door.requests().size();
        var go = new CompletableFuture<Void>();
        answer = exchange -> {
            go.join();
            exchange.reply("200 OK", "fine");
        };
        var clients = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                    try {
                        return get("/kept/many", "Authorization: many").status();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }))
                .toList();
        door.awaitRequests(before + 1);
        go.complete(null);
        assertThat(clients).allSatisfy(client -> assertThat(client.join()).isEqualTo(200));
        assertThat(door.requests()).hasSize(before + 1);
    }
}
