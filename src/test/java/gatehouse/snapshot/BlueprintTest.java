package gatehouse.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import gatehouse.config.ConfigException;
import gatehouse.config.ConfigProblem;
import gatehouse.config.Overrides;
import gatehouse.forward.Retry;
import gatehouse.forward.Timeouts;
import gatehouse.policy.limits.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BlueprintTest {
    @TempDir
    Path folder;

    private Blueprint read(String text) throws ConfigException {
        return Blueprint.parse("gateway.yaml", text, folder, Overrides.NONE);
    }

    private List<String> problemsOf(String text) {
        return catchThrowableOfType(ConfigException.class, () -> read(text)).problems().stream()
                .map(ConfigProblem::toString)
                .toList();
    }

    @Test
    void every_reference_that_leads_nowhere_is_told_with_its_place_and_the_nearest_name() {
        assertThat(problemsOf("""
                        version: 1
                        listeners: { web: ":8080" }
                        services: { users: { targets: "http://127.0.0.1:1" } }
                        policies: { strict: { limits: { body: 1KiB } } }
                        routes:
                          a: { match: { path: /a }, to: user }
                          b: { match: { path: /b, listener: wep }, to: users, use: [strikt] }
                          c: { match: { path: /c }, to: { files: nowhere } }
                        """))
                .hasSize(4)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("gateway.yaml:6:33 routes.a.to: there is no service")
                        .contains("did you mean users?"))
                .anySatisfy(line -> assertThat(line).contains("gateway.yaml:7").contains("did you mean web?"))
                .anySatisfy(line -> assertThat(line).contains("gateway.yaml:7").contains("did you mean strict?"))
                .anySatisfy(line -> assertThat(line).contains("gateway.yaml:8").contains("a folder that exists"));
    }

    @Test
    void a_target_that_stands_twice_in_a_service_is_a_mistake() {
        assertThat(problemsOf("""
                        version: 1
                        services:
                          users:
                            targets:
                              - http://10.0.0.1:8080
                              - http://10.0.0.2:8080
                              - { url: "HTTP://10.0.0.1:8080/", weight: 2 }
                          web: { targets: [ "http://web.test", "http://WEB.test:80" ] }
                          rest: { targets: [ "http://web.test" ] }
                          six: { targets: [ "http://[::1]:81", "http://[0:0:0:0:0:0:0:1]:81", "http://[::1]:82" ] }
                        """.replace("HTTP:", "http:")))
                .containsExactly(
                        "gateway.yaml:7:9 services.users.targets.2: target http://10.0.0.1:8080 stands there already"
                                + " (expected: each target once, a `weight` gives it a larger share)",
                        "gateway.yaml:8:40 services.web.targets.1: target http://web.test:80 stands there already"
                                + " (expected: each target once, a `weight` gives it a larger share)",
                        "gateway.yaml:10:40 services.six.targets.1: target http://[0:0:0:0:0:0:0:1]:81 stands there already"
                                + " (expected: each target once, a `weight` gives it a larger share)");
    }

    @Test
    void two_routes_between_which_nothing_decides_are_a_mistake() {
        assertThat(problemsOf("""
                        version: 1
                        listeners: { web: ":8080" }
                        services: { users: { targets: "http://127.0.0.1:1" } }
                        routes:
                          one: { match: { path: "/a/{x}" }, to: users }
                          two: { match: { path: "/a/{y}" }, to: users }
                        """))
                .singleElement()
                .asString()
                .startsWith("gateway.yaml:6")
                .contains("ties with route one");
    }

    @Test
    void a_tie_is_told_beside_a_mistake_that_has_no_part_in_it() {
        assertThat(problemsOf("""
                        version: 1
                        listeners: { web: ":8080" }
                        services: { users: { targets: "http://127.0.0.1:1" } }
                        routes:
                          one: { match: { path: "/a/{x}" }, to: users, rateLimit: { rate: 10 } }
                          v1.two: { match: { path: "/a/{y}" }, to: users }
                        """))
                .hasSize(2)
                .anySatisfy(line -> assertThat(line).contains("routes.one.rateLimit.rate"))
                .anySatisfy(
                        line -> assertThat(line).contains("routes.v1.two.match").contains("ties with route one"));
    }

    @Test
    void ties_of_others_are_told_beside_a_route_whose_conditions_are_not_understood() {
        assertThat(problemsOf("""
                        version: 1
                        listeners: { web: ":8080" }
                        services: { users: { targets: "http://127.0.0.1:1" } }
                        routes:
                          a.one: { match: { path: "/a", methd: GET }, to: users }
                          b: { match: { path: "/a" }, to: users }
                          c: { match: { path: "/a" }, to: users }
                          d: { match: { path: "/a" }, to: users, priorty: 5 }
                        """))
                .hasSize(3)
                .anySatisfy(line -> assertThat(line).contains("methd"))
                .anySatisfy(line -> assertThat(line).contains("priorty"))
                .anySatisfy(line -> assertThat(line).contains("routes.c.match").contains("ties with route b"));
    }

    @Test
    void what_a_listener_of_tcp_can_not_match_is_said() {
        assertThat(problemsOf("""
                        version: 1
                        listeners: { raw: { listen: ":8080", protocols: [tcp] } }
                        services: { db: { targets: "tcp://127.0.0.1:1" } }
                        routes:
                          one: { match: { listener: raw, path: "/a" }, to: db }
                        """))
                .singleElement()
                .asString()
                .endsWith(
                        "routes.one.match.path: path can't be matched on a listener of tcp (expected: listener and sni)");
    }

    @Test
    void a_word_that_is_nearly_a_cause_of_retries_is_guessed() {
        assertThat(problemsOf("""
                        version: 1
                        services: { users: { targets: "http://127.0.0.1:1" } }
                        defaults: { retry: { attempts: 2, when: [conect] } }
                        """)).singleElement().asString().contains("did you mean connect?");
    }

    @Test
    void conditions_that_are_not_understood_make_no_tie() {
        assertThat(problemsOf("""
                        version: 1
                        listeners: { web: ":8080" }
                        services: { users: { targets: "http://127.0.0.1:1" } }
                        routes:
                          one: { match: { path: "/a", method: GET }, to: users }
                          two: { match: { path: "/a", methd: GET }, to: users }
                        """)).singleElement().asString().contains("methd");
    }

    @Test
    void a_misspelt_collection_is_told_once_and_not_at_each_reference_to_it() {
        assertThat(problemsOf("""
                        version: 1
                        listener: { web: ":8080" }
                        servces: { users: { targets: "http://127.0.0.1:1" } }
                        polices: { strict: { limits: { body: 1KiB } } }
                        routes:
                          one: { match: { path: "/a", listener: web }, to: users }
                          two: { match: { path: "/b" }, to: users, use: [strict] }
                        """))
                .hasSize(3)
                .anySatisfy(line -> assertThat(line).contains("did you mean listeners?"))
                .anySatisfy(line -> assertThat(line).contains("did you mean services?"))
                .anySatisfy(line -> assertThat(line).contains("did you mean policies?"));
    }

    @Test
    void a_collection_that_is_not_there_at_all_is_told_where_it_is_needed() {
        assertThat(problemsOf("""
                        version: 1
                        listeners: { web: ":8080" }
                        routes:
                          one: { match: { path: "/a" }, to: users }
                        """)).singleElement().asString().contains("there is no service users");
    }

    @Test
    void listeners_and_the_admin_api_must_not_want_the_same_port() {
        assertThat(problemsOf("""
                        version: 1
                        admin: { listen: "127.0.0.1:9900" }
                        listeners: { web: ":8080", other: "127.0.0.1:8080", third: ":9900" }
                        """))
                .hasSize(2)
                .anySatisfy(line ->
                        assertThat(line).contains("listeners.other.listen").contains("listener web"))
                .anySatisfy(line ->
                        assertThat(line).contains("listeners.third.listen").contains("the admin API"));
    }

    @Test
    void layers_are_laid_over_each_other_key_by_key_and_null_removes() throws ConfigException {
        var effective = read("""
                        version: 1
                        listeners: { web: ":8080" }
                        defaults: { timeout: { connect: 1s } }
                        services: { users: { targets: "http://127.0.0.1:1", timeout: { connect: 3s }, limits: { body: 1KiB } } }
                        policies: { a: { limits: { body: 2KiB } }, b: { retry: null } }
                        routes:
                          plain: { match: { path: /plain }, to: users }
                          rich:  { match: { path: /rich }, to: users, use: [a, b], timeout: { total: 5s } }
                        """).effective();
        var plain = effective.get("plain");
        assertThat(plain.get("timeout", Timeouts.class).connect()).isEqualTo(Duration.ofSeconds(3));
        assertThat(plain.get("limits", Limits.Config.class).body().bytes()).isEqualTo(1024);
        assertThat(plain.get("retry", Retry.class).attempts()).isEqualTo(2);
        var rich = effective.get("rich");
        assertThat(rich.get("timeout", Timeouts.class).total()).isEqualTo(Duration.ofSeconds(5));
        assertThat(rich.get("timeout", Timeouts.class).connect())
                .as("a key is replaced as a whole, so the rest has its default")
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(rich.get("limits", Limits.Config.class).body().bytes()).isEqualTo(2048);
        assertThat(rich.get("retry", Retry.class)).isNull();
    }

    @Test
    void a_test_in_the_file_that_fails_is_a_problem_at_its_place() {
        assertThat(problemsOf("""
                        version: 1
                        listeners: { web: ":8080" }
                        services: { users: { targets: "http://127.0.0.1:1" } }
                        routes: { users: { match: { path: "/users/**" }, to: users } }
                        tests:
                          good: { request: { url: "http://a.test/users/1?x=2" }, expect: { route: users, upstreamPath: "/users/1?x=2" } }
                          bad:  { request: { url: "http://a.test/other" }, expect: { route: users } }
                          none: { request: { url: "http://a.test/other" }, expect: { status: 404 } }
                        """))
                .singleElement()
                .asString()
                .startsWith("gateway.yaml:7:69 tests.bad.expect.route: the test failed");
    }

    @Test
    void a_test_of_a_client_without_an_address_is_a_problem() {
        assertThat(problemsOf("""
                        version: 1
                        listeners: { web: ":8080" }
                        tests: { x: { request: { url: "http://a.test/", client: here }, expect: { status: 404 } } }
                        """))
                .singleElement()
                .asString()
                .endsWith("tests.x.request.client: here (expected: an IP address)");
    }

    @Test
    void explain_says_who_wins_with_which_policies_and_why_the_others_lose() throws Exception {
        Files.createDirectories(folder.resolve("public"));
        var blueprint = read("""
                version: 1
                listeners: { web: ":8080", other: ":8081" }
                services: { users: { targets: "http://127.0.0.1:1" } }
                routes:
                  users: { match: { path: "/users/**", method: GET }, to: users }
                  site:  { match: { path: "/**" }, to: { files: public } }
                  far:   { match: { path: "/users/**", listener: other, method: GET }, to: users }
                """);
        var answer = new Explainer(blueprint).explain("GET", "http://a.test:8080/users/42?q", Map.of(), "10.0.0.1");
        assertThat(answer.route()).isEqualTo("users");
        assertThat(answer.service()).isEqualTo("users");
        assertThat(answer.upstreamPath()).isEqualTo("/users/42?q");
        assertThat(answer.policies())
                .extracting(Explainer.PolicyLine::key)
                .containsExactly("limits", "breaker", "retry", "timeout");
        assertThat(answer.policies())
                .extracting(Explainer.PolicyLine::settings)
                .contains(
                        "{ connect: 2s, firstByte: 15s, idle: 1m, total: 30s }",
                        "{ body: 10MiB, minRate: 256B, minRateOver: 15s, bodyTime: 1m, streaming: false }");
        assertThat(answer.lost()).extracting("route").containsExactlyInAnyOrder("site", "far");
        assertThat(new Explainer(blueprint)
                        .explain("PUT", "http://a.test:8081/x", Map.of(), "10.0.0.1")
                        .route())
                .isEqualTo("site");
        assertThat(new Explainer(blueprint)
                        .explain("GET", "http://a.test/%2f", Map.of(), "10.0.0.1")
                        .status())
                .isEqualTo(400);
    }
}
