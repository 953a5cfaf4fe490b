package gatehouse.policy.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.policy.PolicyType;
import gatehouse.testing.PluginJar;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies out of jars among those of the gateway. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PluginPolicyTest {
    private static final String TEXT = """
            plugins: { probe: { jar: "%s", main: acme.Probe } }
            consumers: { alice: { keys: [alices-key-of-24-characters] } }
            services: { origin: { targets: "%s" } }
            routes:
              all: { match: { path: "/**" }, to: origin, auth: { apiKey: { header: X-Key } }, probe: { does: "%s" } }
            """;

    @TempDir
    private static Path folder;

    private static Path jar;

    @BeforeAll
    static void build() throws IOException {
        jar = folder.resolve("probe.jar");
        PluginJar.write(jar, "acme.Probe", source("first"));
    }

    /** A policy that does what its settings say. */
    private static String source(String says) {
        return """
                package acme;
                import gatehouse.config.Key;
                import gatehouse.plugin.*;
                import io.vertx.core.Future;
                import io.vertx.core.Promise;
                public class Probe implements PolicyPlugin<Probe.Settings> {
                    public record Settings(@Key(doc = "What it does.", value = "count") String does) {}
                    public String doc() { return "Does what it is told."; }
                    public Class<Settings> settings() { return Settings.class; }
                    public Place place() { return Place.BEHIND_ACCESS; }
                    public Step step(Settings settings) {
                        var counted = new java.util.concurrent.atomic.AtomicInteger();
                        return (call, next) -> switch (settings.does()) {
                            case "tell" -> call.answer(203, "text/plain", call.method() + " " + call.path() + " " + call.query() + " "
                                    + call.route() + " " + call.listener() + " " + call.consumer() + " " + call.header("X-One"));
                            case "write" -> { call.setHeader("X-User", call.consumer()); call.removeHeader("X-One"); yield next.proceed(); }
                            case "refuse" -> call.refuse(451, "Not here.");
                            case "throw" -> throw new IllegalStateException("on purpose");
                            case "null" -> null;
                            case "drop" -> next.proceed().compose(answer -> call.answer(200, "text/plain", "instead"));
                            case "twice" -> next.proceed().compose(answer -> next.proceed());
                            case "smuggle" -> { call.setHeader("X-User", "a\\r\\nX-Evil: b"); yield next.proceed(); }
                            case "own" -> { call.setHeader("X-Forwarded-For", "1.2.3.4"); yield next.proceed(); }
                            case "elsewhere" -> {
                                Promise<Answer> told = Promise.promise();
                                new Thread(() -> next.proceed().onComplete(told)).start();
                                yield told.future();
                            }
                            default -> next.proceed().map(answer -> {
                                answer.setHeader("X-Count", "%s " + counted.incrementAndGet());
                                return answer;
                            });
                        };
                    }
                }
                """.formatted(says);
    }

    private static RawResponse ask(TestGateway gateway, String... fields) throws IOException {
        return RawClient.get(gateway.port(), "/a/b?c=d", with("X-Key: alices-key-of-24-characters", fields));
    }

    private static String[] with(String one, String... others) {
        var all = new String[others.length + 1];
        all[0] = one;
        System.arraycopy(others, 0, all, 1, others.length);
        return all;
    }

    @Test
    void it_sees_the_call_and_who_makes_it_and_may_answer() throws Exception {
        try (var gateway = TestGateway.start(TEXT, jar, "http://127.0.0.1:9", "tell")) {
            var answer = ask(gateway, "X-One: 1");
            assertThat(answer.status()).isEqualTo(203);
            assertThat(answer.text()).isEqualTo("GET /a/b c=d all web alice 1");
            assertThat(RawClient.get(gateway.port(), "/").status()).isEqualTo(401); // it stands behind auth
        }
    }

    @Test
    void what_it_writes_no_client_can_spell_otherwise_or_have_dropped() throws Exception {
        try (var origin = RawOrigin.answering("here");
                var gateway = TestGateway.start(TEXT, jar, origin.url(), "write")) {
            ask(gateway, "X-One: 1", "X_User: mallory", "x-user: mallory", "Connection: X-User");
            var sent = origin.text();
            assertThat(sent).contains("X-User: alice").doesNotContainIgnoringCase("mallory");
            assertThat(sent).doesNotContainIgnoringCase("x-one");
        }
    }

    @Test
    void it_may_refuse_and_the_refusal_is_a_problem() throws Exception {
        try (var gateway = TestGateway.start(TEXT, jar, "http://127.0.0.1:9", "refuse")) {
            var answer = ask(gateway);
            assertThat(answer.status()).isEqualTo(451);
            assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
            assertThat(answer.text()).contains("Not here.", "urn:gatehouse:problem:refused-by-plugin");
        }
    }

    @Test
    void one_that_fails_costs_this_request_and_no_other() throws Exception {
        try (var origin = RawOrigin.answering("here");
                var gateway = TestGateway.start(TEXT, jar, origin.url(), "throw")) {
            for (var does : new String[] {"throw", "null", "twice", "smuggle", "own"}) {
                gateway.reload(TEXT, jar, origin.url(), does);
                var answer = ask(gateway);
                assertThat(answer.status()).as(does).isEqualTo(500);
                assertThat(answer.text()).doesNotContain("purpose", "acme", "Exception");
            }
            gateway.reload(TEXT, jar, origin.url(), "count");
            assertThat(ask(gateway).status()).isEqualTo(200);
        }
    }

    @Test
    void an_answer_that_it_does_not_want_is_given_up() throws Exception {
        try (var origin = RawOrigin.answering("here");
                var gateway = TestGateway.start(TEXT, jar, origin.url(), "drop")) {
            for (var i = 0; i < 3; i++) {
                assertThat(ask(gateway).text()).isEqualTo("instead");
            }
            // the last one ends a moment after its answer
            Waiting.until("none is under way", () -> gateway.node().metrics().requestsInFlight() == 0);
        }
    }

    @Test
    void it_may_go_on_and_answer_on_another_thread() throws Exception {
        try (var origin = RawOrigin.answering("here");
                var gateway = TestGateway.start(TEXT, jar, origin.url(), "elsewhere")) {
            assertThat(ask(gateway).text()).isEqualTo("here");
        }
    }

    @Test
    void
            a_reload_that_leaves_it_as_it_is_keeps_its_counter_and_a_changed_jar_is_taken_and_nothing_holds_the_policy_of_before()
                    throws Exception {
        var own = Files.copy(jar, folder.resolve("changing.jar"));
        try (var origin = RawOrigin.answering("here");
                var gateway = TestGateway.start(TEXT, own, origin.url(), "count")) {
            assertThat(ask(gateway).header("x-count")).isEqualTo("first 1");
            gateway.reload(TEXT + "  more: { match: { path: /more }, to: origin }\n", own, origin.url(), "count");
            assertThat(ask(gateway).header("x-count")).isEqualTo("first 2");
            var before = new WeakReference<>(probeOf(gateway));

            PluginJar.write(own, "acme.Probe", source("second"));
            gateway.reload(TEXT, own, origin.url(), "count");

            assertThat(ask(gateway).header("x-count")).isEqualTo("second 1");
            Waiting.until("nobody holds the policy of before", () -> {
                System.gc();
                return before.get() == null;
            });
        }
    }

    private static PolicyType<?> probeOf(TestGateway gateway) {
        return gateway.node().snapshots().current().blueprint().policies().stream()
                .filter(type -> type.key().equals("probe"))
                .findAny()
                .orElseThrow();
    }
}
