package gatehouse.policy.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.Explainer;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a caller may do: {@code access}. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AccessTest {
    private static final String URL = "http://a.test/admin/x?q=1";

    private static Integer statusFor(String access, String method, String client, Map<String, Object> claims)
            throws ConfigException {
        var blueprint = Blueprint.parse("a.yaml", """
                version: 1
                listeners: { web: ":8080" }
                services: { origin: { targets: "http://127.0.0.1:1" } }
                routes: { all: { match: { path: "/**" }, to: origin, access: %s } }
                """.formatted(access), Path.of("."), Overrides.NONE);
        var explainer = new Explainer(blueprint);
        return explainer
                .explain(method, URL, Map.of("X-Team", "blue"), client, explainer.identity(null, claims))
                .status();
    }

    static Stream<Arguments> rules() {
        var ops = Map.<String, Object>of(
                "groups", List.of("ops", "staff"), "scope", "users.read users.write", "dept", "ops", "level", 3);
        var nobody = Map.<String, Object>of();
        return Stream.of(
                // addresses
                row("{ allow: { cidr: 10.0.0.0/8 } }", "10.1.2.3", nobody, true),
                row("{ allow: { cidr: 10.0.0.0/8 } }", "11.1.2.3", nobody, false),
                row("{ allow: { cidr: [10.0.0.0/8, \"2001:db8::/32\"] } }", "2001:db8::1", nobody, true),
                row("{ allow: { cidr: [10.0.0.0/8, \"2001:db8::/32\"] } }", "2001:db9::1", nobody, false),
                row("{ allow: { cidr: 10.0.0.0/8 } }", "::ffff:10.1.2.3", nobody, true),
                row("{ deny: { cidr: 203.0.113.0/24 } }", "203.0.113.9", ops, false),
                row("{ deny: { cidr: 203.0.113.0/24 } }", "::ffff:203.0.113.9", ops, false),
                row("{ deny: { cidr: 203.0.113.0/24 } }", "203.0.114.9", nobody, true),
                // deny wins
                row("{ allow: { groups: ops }, deny: { cidr: 10.0.0.0/8 } }", "10.0.0.1", ops, false),
                row("{ allow: { cidr: 10.0.0.0/8 }, deny: { groups: ops } }", "10.0.0.1", ops, false),
                // all of one rule, any of several
                row("{ allow: { groups: ops, cidr: 10.0.0.0/8 } }", "10.0.0.1", ops, true),
                row("{ allow: { groups: ops, cidr: 10.0.0.0/8 } }", "11.0.0.1", ops, false),
                row("{ allow: [ { groups: ops }, { cidr: 10.0.0.0/8 } ] }", "11.0.0.1", ops, true),
                row("{ allow: [ { groups: ops }, { cidr: 10.0.0.0/8 } ] }", "11.0.0.1", nobody, false),
                row("{ deny: { groups: ops, cidr: 10.0.0.0/8 } }", "11.0.0.1", ops, true),
                // groups, exact
                row("{ allow: { groups: [x, staff] } }", "10.0.0.1", ops, true),
                row("{ allow: { groups: Staff } }", "10.0.0.1", ops, false),
                // claims, exact and typed
                row("{ allow: { claim: { scope: users.read } } }", "10.0.0.1", ops, true),
                row("{ allow: { claim: { scope: users } } }", "10.0.0.1", ops, false),
                row("{ allow: { claim: { dept: [hr, ops] } } }", "10.0.0.1", ops, true),
                row("{ allow: { claim: { dept: ops, level: 3 } } }", "10.0.0.1", ops, true),
                row("{ allow: { claim: { dept: ops, level: 4 } } }", "10.0.0.1", ops, false),
                row("{ allow: { claim: { roles: admin } } }", "10.0.0.1", Map.of("roles", "admin"), true),
                row(
                        "{ allow: { claim: { roles: admin } } }",
                        "10.0.0.1",
                        Map.of("roles", List.of("user", "admin")),
                        true),
                row("{ allow: { claim: { roles: admin } } }", "10.0.0.1", Map.of("roles", "user admin"), false),
                row(
                        "{ allow: { claim: { roles: admin } } }",
                        "10.0.0.1",
                        Map.of("roles", Map.of("admin", true)),
                        false),
                row("{ allow: { claim: { roles: admin } } }", "10.0.0.1", Map.of("roles", "Admin"), false),
                row("{ allow: { claim: { roles: admin } } }", "10.0.0.1", nobody, false),
                row(
                        "{ allow: { claim: { a.roles: admin } } }",
                        "10.0.0.1",
                        Map.of("a", Map.of("roles", List.of("admin"))),
                        true),
                row("{ allow: { claim: { a.roles: admin } } }", "10.0.0.1", Map.of("a", "admin"), false),
                row("{ allow: { claim: { ok: \"true\" } } }", "10.0.0.1", Map.of("ok", true), true),
                // addresses, however they are written
                row("{ deny: { cidr: \"::ffff:10.0.0.0/104\" } }", "10.0.0.1", nobody, false),
                row("{ deny: { cidr: \"::ffff:10.0.0.1\" } }", "::ffff:10.0.0.1", nobody, false),
                row("{ deny: { cidr: 10.0.0.0/8 } }", "::ffff:a00:1", nobody, false),
                row("{ deny: { cidr: \"::/0\" } }", "10.0.0.1", nobody, true),
                row("{ deny: { cidr: \"fe80::/10\" } }", "fe80::1%eth0", nobody, false),
                row("{ allow: { cidr: \"fe80::1\" } }", "fe80::1%2", nobody, true),
                // methods
                row("{ allow: { method: [GET, HEAD] } }", "10.0.0.1", nobody, true),
                row("{ allow: { method: [PUT, QUERY] } }", "10.0.0.1", nobody, false),
                row("{ deny: { method: GET } }", "10.0.0.1", nobody, false),
                // expressions
                row(
                        "{ allow: { when: \"claims.dept == 'ops' && request.path.startsWith('/admin')\" } }",
                        "10.0.0.1",
                        ops,
                        true),
                row(
                        "{ allow: { when: \"claims.dept == 'hr' && request.path.startsWith('/admin')\" } }",
                        "10.0.0.1",
                        ops,
                        false),
                row("{ allow: { when: \"claims.level >= 3\" } }", "10.0.0.1", ops, true),
                row("{ allow: { when: \"'ops' in groups && 'staff' in claims.groups\" } }", "10.0.0.1", ops, true),
                row(
                        "{ allow: { when: \"request.headers['x-team'] == 'blue' && request.method == 'GET'\" } }",
                        "10.0.0.1",
                        nobody,
                        true),
                row(
                        "{ allow: { when: \"request.host == 'a.test' && request.query == 'q=1' && consumer == ''\" } }",
                        "10.0.0.1",
                        nobody,
                        true),
                row(
                        "{ allow: { when: \"client.ip == '10.0.0.1' && request.path.matches('^/admin/[a-z]$')\" } }",
                        "10.0.0.1",
                        nobody,
                        true),
                row("{ allow: { when: \"has(claims.dept) && claims.dept == 'ops'\" } }", "10.0.0.1", nobody, false),
                // what can't be told lets nobody pass
                row("{ allow: { when: \"claims.dept == 'ops'\" } }", "10.0.0.1", nobody, false),
                row("{ deny: { when: \"claims.dept == 'hr'\" } }", "10.0.0.1", nobody, false),
                row("{ allow: { when: \"claims.level == 'x' || claims.dept\" } }", "10.0.0.1", ops, false),
                row(
                        "{ deny: { when: \"claims.list.all(a, claims.list.all(b, claims.list.all(c, a + b + c >= 0)))\" } }",
                        "10.0.0.1",
                        Map.of(
                                "list",
                                java.util.stream.LongStream.range(0, 100)
                                        .boxed()
                                        .toList()),
                        false));
    }

    private static Arguments row(String access, String client, Map<String, Object> claims, boolean passes) {
        return Arguments.of(access, client, claims, passes);
    }

    @ParameterizedTest(name = "{0} from {1} of {2}: {3}")
    @MethodSource("rules")
    void deny_wins_and_allow_is_needed(String access, String client, Map<String, Object> claims, boolean passes)
            throws ConfigException {
        assertThat(statusFor(access, "GET", client, claims)).isEqualTo(passes ? null : 403);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "deny: { method: GET }                                  | false",
                "deny: { method: [POST, DELETE] }                       | true",
                "allow: { method: GET }                                 | true",
                "allow: { method: HEAD }                                | true",
                "allow: { method: POST }                                | false",
                "deny: { when: \"request.method == 'GET'\" }             | true"
            })
    void HEAD_is_meant_wherever_GET_is(String rules, boolean passes) throws ConfigException {
        assertThat(statusFor("{ " + rules + " }", "HEAD", "10.0.0.1", Map.of())).isEqualTo(passes ? null : 403);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("{ when: \"claims.dept = 'ops'\" }", "column"),
                Arguments.of("{ when: \"request.pth == '/'\" }", "undeclared reference to 'request'"),
                Arguments.of("{ when: \"request.path == 1\" }", "no matching overload"),
                Arguments.of("{ when: \"request.path\" }", "expected type 'bool' but found 'string'"),
                Arguments.of("{ when: \"" + "(".repeat(100) + "true" + ")".repeat(100) + "\" }", "when"),
                Arguments.of("{ when: \"" + "true || ".repeat(300) + "true\" }", "when"),
                Arguments.of("{ cidr: 10.0.0.1/8 }", "bits are set behind its prefix"),
                Arguments.of("{ method: [GET, delete] }", "methods in capitals"),
                Arguments.of("{}", "a rule about everybody"),
                Arguments.of("{ group: staff }", "did you mean groups?"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("mistakes")
    void a_mistake_is_found_when_the_file_is_read_and_told_with_its_place(String rule, String told) {
        assertThatThrownBy(() -> statusFor("{ allow: [ " + rule + " ] }", "GET", "10.0.0.1", Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("a.yaml:4:")
                .hasMessageContaining("routes.all.access.allow.0")
                .hasMessageContaining(told);
    }

    @Test
    void neither_allow_nor_deny_is_a_mistake() {
        assertThatThrownBy(() -> statusFor("{ allow: [] }", "GET", "10.0.0.1", Map.of()))
                .hasMessageContaining("neither allow nor deny");
    }

    @Test
    void who_may_not_by_address_is_refused_before_anybody_asks_who_it_is() throws Exception {
        try (var origin = RawOrigin.answering(Answers.ok("hello"));
                var door = RawOrigin.answering(Answers.ok("yes"));
                var gateway = TestGateway.start("""
                        services: { origin: { targets: "%s" } }
                        defaults: { auth: { external: { url: "%s" } } }
                        routes:
                          no: { match: { path: /no }, to: origin, access: { deny: { cidr: 127.0.0.0/8 } } }
                          not: { match: { path: /not }, to: origin, access: { allow: { cidr: 10.0.0.0/8, groups: x } } }
                          yes: { match: { path: /yes }, to: origin, access: { allow: { cidr: 127.0.0.0/8 } } }
                        """, origin.url(), door.url())) {
            assertThat(RawClient.get(gateway.port(), "/no").status()).isEqualTo(403);
            assertThat(RawClient.get(gateway.port(), "/not").status()).isEqualTo(403);
            assertThat(door.requests()).isEmpty();
            assertThat(RawClient.get(gateway.port(), "/yes").text()).isEqualTo("hello");
            assertThat(door.requests()).hasSize(1);
        }
    }

    @Test
    void steps_of_which_none_is_spared_where_it_may_refuse() throws Exception {
        try (var origin = RawOrigin.answering(Answers.ok("hello"));
                var gateway = TestGateway.start("""
                        listeners: { web: { listen: "127.0.0.1:0", trustedProxies: 127.0.0.1 } }
                        services: { origin: { targets: "%s" } }
                        consumers: { ann: { groups: [staff], keys: [key-of-ann-0123456789] } }
                        defaults: { auth: { apiKey: {}, required: false } }
                        routes:
                          deny:  { match: { path: /deny }, to: origin, access: { deny: { cidr: 192.0.2.0/24 } } }
                          allow: { match: { path: /allow }, to: origin, access: { allow: { cidr: 192.0.2.0/24 } } }
                          both:  { match: { path: /both }, to: origin, access: { allow: { cidr: 192.0.2.0/24 }, deny: { cidr: 192.0.2.7, groups: staff } } }
                          or:    { match: { path: /or }, to: origin, access: { allow: [ { cidr: 192.0.2.0/24 }, { groups: staff } ] } }
                          and:   { match: { path: /and }, to: origin, access: { allow: { cidr: 192.0.2.0/24, groups: staff } } }
                          group: { match: { path: /group }, to: origin, access: { deny: { groups: staff } } }
                        """, origin.url())) {
            var near = "X-Forwarded-For: 192.0.2.7";
            var far = "X-Forwarded-For: 198.51.100.7";
            var ann = "X-Api-Key: key-of-ann-0123456789";
            var statuses = new java.util.TreeMap<String, String>();
            for (var path : List.of("/deny", "/allow", "/both", "/or", "/and", "/group")) {
                var found = new StringBuilder();
                for (var fields : new String[][] {{near}, {far}, {near, ann}, {far, ann}}) {
                    found.append(RawClient.get(gateway.port(), path, fields).status() == 200 ? '+' : '-');
                }
                statuses.put(path, found.toString());
            }
            assertThat(statuses)
                    .as("near, far, and both as one of the staff")
                    .containsExactlyInAnyOrderEntriesOf(Map.of(
                            "/deny", "-+-+", "/allow", "+-+-", "/both", "+---", "/or", "+-++", "/and", "--+-", "/group",
                            "++--"));
        }
    }
}
