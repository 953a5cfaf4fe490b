package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.listener.Listeners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that do their work and end. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CommandsTest extends CommandCase {
    static final String FINE = """
            version: 1
            listeners: { web: "127.0.0.1:8080", inner: { listen: "127.0.0.1:8081", protocols: http1 } }
            services:  { users: { targets: "http://127.0.0.1:9001" }, rest: { targets: "http://127.0.0.1:9002" } }
            routes:
              users:  { match: { host: api.example.com, path: "/users/**", method: [GET, POST] }, to: users }
              canary: { match: { path: "/users/**", header: { X-Beta: "1" } }, to: users, limits: null, retry: null, breaker: null }
              rest:   { match: { path: "/**" }, to: rest, priority: -1, retry: { attempts: 1 } }
              inner:  { match: { listener: inner, path: /metrics }, to: rest }
            tests:
              users: { request: { url: "http://api.example.com/users/1" }, expect: { route: users } }
            """;

    @BeforeEach
    void file() throws IOException {
        Files.writeString(conf, FINE);
    }

    @Test
    void check_says_what_it_found_and_ends_with_0() {
        assertThat(onFiles("check", "-m", manifest.toString())).isZero();
        assertThat(out)
                .hasToString(conf + " and " + manifest + ": fine, with 2 listeners, 2 services, 4 routes, 1 test\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void check_prints_the_schema_and_nothing_else() throws IOException {
        assertThat(onFiles("check", "-m", manifest.toString(), "--schema")).isZero();
        assertThat(out).hasToString(Files.readString(Path.of("conf/gateway.schema.json")));
    }

    @Test
    void check_tells_the_problems_of_both_files_and_ends_with_1() throws IOException {
        Files.writeString(conf, """
                version: 1
                listeners: { web: "nowhere" }
                routes: { all: { to: nobody } }
                """);
        Files.writeString(manifest, "{ \"verticles\": { \"http\": { \"main\": \"Http\", \"count\": 2 } } }");

        assertThat(onFiles("check", "-m", manifest.toString())).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .hasSize(4)
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(conf + ":2:19 listeners.web.listen: "),
                        line -> assertThat(line).startsWith(conf + ":3:22 routes.all.to: "),
                        line -> assertThat(line).startsWith(manifest + ":1:36 verticles.http.main: "),
                        line -> assertThat(line).startsWith(manifest + ":1:44 verticles.http.count: unknown key"));
    }

    @Test
    void a_test_of_the_configuration_that_fails_is_a_problem() throws IOException {
        Files.writeString(conf, FINE.replace("{ route: users }", "{ route: rest }"));
        assertThat(onFiles("check")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith(conf + ":10:")
                .contains("tests.users.expect.route: the test failed: the request gets users (expected: rest)");
    }

    @Test
    void check_prints_every_limit_with_its_default_and_a_mark() {
        assertThat(onFiles(
                        "check",
                        "--limits",
                        "--set",
                        "listeners.web.limits.http2.streams=200",
                        "--set",
                        "services.users.pool.max=513",
                        "--set",
                        "routes.users.timeout.total=0s"))
                .isZero();
        var usual = Listeners.usualConnections();
        assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" {2,}", " | ")))
                .contains(
                        "SCOPE | NAME | KEY | VALUE | DEFAULT",
                        "node | gatehouse | drain.http | 30s | 30s",
                        "node | gatehouse | connections | " + usual + " | 10000",
                        "listener | web | limits.headerTime | 10s | 10s",
                        "listener | web | limits.connections | the node's | the node's",
                        "listener | web | limits.http2.streams | 200 | 100 | weaker",
                        "listener | inner | limits.http2.streams | 100 | 100",
                        "service | users | pool.max | 513 | 512 | weaker",
                        "service | users | health.passive.failures | 3 | 3",
                        "route | users | timeout.total | 0s | 30s | weaker",
                        "route | canary | limits.body | off | 10MiB | weaker",
                        "route | canary | retry.attempts | off | 2",
                        "route | rest | retry.attempts | 1 | 2");
    }

    @Test
    void explain_shows_winner_policies_and_why_others_lost() {
        assertThat(onFiles("explain", "GET", "http://api.example.com/users/42?full=1"))
                .isZero();
        assertThat(out).hasToString("""
                GET http://api.example.com/users/42?full=1 on listener web

                  route          users
                  leads to       service users
                  upstream path  /users/42?full=1

                Policies, in the order in which they run:
                  limits   { body: 10MiB, minRate: 256B, minRateOver: 15s, bodyTime: 1m, streaming: false }
                  breaker  { errors: 50%, over: 20, window: 10s, open: 4s, probes: 3 }
                  retry    { when: [connect, reset, timeout, 502, 503, 504], attempts: 2, backoff: 25ms, budget: 20%, grpc: [UNAVAILABLE] }
                  timeout  { connect: 2s, firstByte: 15s, idle: 1m, total: 30s }

                Other routes:
                  canary  header X-Beta is absent (needs 1)
                  rest    matches too, but users is more specific: exact host before no host
                  inner   listener web is not one of [inner]
                """);
    }

    @Test
    void explain_takes_headers_and_the_port_of_a_listener() {
        assertThat(onFiles("explain", "GET", "http://other:8081/users/42", "-H", "x-beta: 1"))
                .isZero();
        assertThat(out.toString())
                .startsWith("GET http://other:8081/users/42 on listener inner\n\n  route          canary\n")
                .contains("order in which they run:\n  timeout  {")
                .doesNotContain("  retry ");
    }

    @Test
    void explain_says_what_the_gateway_answers_where_no_route_wins() {
        assertThat(onFiles("explain", "PUT", "http://localhost:8080/a", "--set", "routes.rest.match.method=GET"))
                .isZero();
        assertThat(out.toString())
                .startsWith("PUT http://localhost:8080/a on listener web\n\n"
                        + "  route   none\n  answer  405 with Allow: GET, HEAD\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "--version"})
    void version_says_which_one(String asked) {
        assertThat(run(asked)).isZero();
        assertThat(out.toString()).matches("gatehouse \\d+\\.\\d+\\.\\d+\\S*\n");
    }

    @Test
    void help_names_every_command() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("run ", "check ", "explain ", "routes ", "proxy ", "version ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chekc",
                "check --nope",
                "--nope",
                "run surplus",
                "explain GET",
                "explain GET http://x/ -H broken",
                "explain GET nonsense",
                "explain GET /users/42",
                "explain GET localhost:8080/users",
                "explain GET ftp://x/",
                "explain GET http://",
                "explain GET http:///users",
                "explain GET http://a:port/",
                "explain GET ws://",
                "explain GET http://x/ --client here",
                "run --clustre",
                "check --set novalue= --set",
                "proxy --from :8080",
                "proxy --from 8080 --to http://127.0.0.1:9000",
                "proxy --from :8080 --to 127.0.0.1:9000",
                "proxy --from :8080 --to http://127.0.0.1:9000/path"
            })
    void a_wrong_command_line_is_explained_and_ends_with_2(String line) {
        assertThat(run(line.split(" "))).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("Try: gatehouse");
    }

    @Test
    void cluster_stands_for_its_key_and_is_checked() {
        assertThat(run("check", "--cluster")).isEqualTo(2);
        assertThat(err.toString()).contains("cluster.secret: there is none");

        assertThat(run("check", "--cluster", "--set", "cluster.secret=that-of-this-test"))
                .isEqualTo(0);
    }

    @Test
    void what_is_no_url_is_told_with_an_example_of_one() {
        assertThat(run("explain", "GET", "users/42")).isEqualTo(2);
        assertThat(err.toString()).contains("'users/42' is no URL such as http://localhost:8080/path");
    }

    @Test
    void a_url_that_the_gateway_refuses_is_explained() {
        assertThat(onFiles("explain", "GET", "http://api.example.com/%zz")).isZero();
        assertThat(out.toString()).contains("  route   none\n  answer  400: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "node.name | node.name: no = (expected: --set KEY=VALUE)",
                "node.naem=x | node.naem: unknown key (expected: one of name, pidFile, dataDir, transport, connections,"
                        + " startTimeout, blocked, drain, did you mean name?)",
                "routes.users.to=nobody | routes.users.to: there is no service nobody (expected: one of users, rest)",
                "listeners.web.listen=8080 | listeners.web.listen: 8080, no :PORT at its end (expected: HOST:PORT, :PORT or [IPV6]:PORT)",
            })
    void a_wrong_set_is_a_wrong_command_line(String set, String problem) {
        assertThat(onFiles("check", "--set", set)).isEqualTo(2);
        assertThat(err).hasToString("--set " + problem + "\n");
    }

    @Test
    void a_missing_configuration_ends_with_1() {
        assertThat(run("check", "-c", folder.resolve("none.yaml").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("none.yaml:1:1 the file does not exist");
    }

    private int onFiles(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(1, List.of("-c", conf.toString()));
        return run(all.toArray(String[]::new));
    }
}
