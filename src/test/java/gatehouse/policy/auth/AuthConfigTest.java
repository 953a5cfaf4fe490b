package gatehouse.policy.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.Explainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a configuration may say of callers, and what is found before anything starts. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AuthConfigTest {
    private static final String HASH = "$2y$04$abcdefghijklmnopqrstuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void files() throws IOException {
        write(
                "weak.pem",
                Tokens.pem("PUBLIC KEY", Tokens.pair("RSA", 1024).getPublic().getEncoded()));
        write(
                "good.pem",
                Tokens.pem("PUBLIC KEY", Tokens.pair("RSA", 2048).getPublic().getEncoded()));
        write(
                "private.pem",
                Tokens.pem("PRIVATE KEY", Tokens.pair("Ed25519", 0).getPrivate().getEncoded()));
        write("junk", "junk");
        write("empty.json", "{\"keys\":[]}");
        write("users", "a:" + HASH + "\n");
        write("sha.users", "a:" + HASH + "\nb:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n");
        write("slow.users", "a:" + HASH.replace("$04$", "$15$") + "\n");
        write("twice.users", "a:" + HASH + "\na:" + HASH + "\n");
    }

    private static void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static Blueprint read(String auth, String more, Overrides overrides) throws ConfigException {
        return Blueprint.parse("a.yaml", """
                version: 1
                listeners: { web: ":8080" }
                services: { origin: { targets: "http://127.0.0.1:1" } }
                routes: { all: { match: { path: "/**" }, to: origin, auth: %s } }
                %s
                """.formatted(auth, more), folder, overrides);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                row("{}", "auth.jwt: missing"),
                row("{ jwt: {} }", "neither keys nor jwks"),
                row("{ jwt: { keys: { secret: short } }, apiKey: {} }", "beside jwt"),
                row("{ jwt: { keys: { secret: \"" + "x".repeat(31) + "\" } } }", "at least 32 bytes"),
                row("{ jwt: { keys: {} } }", "or instead pem"),
                row("{ jwt: { keys: { secret: \"" + "x".repeat(32) + "\", algorithm: RS256 } } }", "for a secret"),
                row("{ jwt: { keys: { pem: good.pem, algorithm: HS256 } } }", "public keys"),
                row("{ jwt: { keys: { pem: good.pem, algorithm: ES256 } } }", "an algorithm for RSA keys"),
                row("{ jwt: { keys: { pem: good.pem, algorithm: none } } }", "one of HS256, HS384"),
                row("{ jwt: { keys: { pem: weak.pem } } }", "an RSA key of 1024 bits"),
                row("{ jwt: { keys: { pem: private.pem } } }", "holds no PUBLIC KEY"),
                row("{ jwt: { keys: { pem: none.pem } } }", "does not exist"),
                row("{ jwt: { keys: { pem: junk } } }", "holds no PUBLIC KEY"),
                row("{ jwt: { jwks: junk } }", "not a JSON object"),
                row("{ jwt: { jwks: empty.json } }", "no key that can be used"),
                row("{ jwt: { jwks: \"http://issuer.test/jwks\" } }", "https://, or unencrypted: true"),
                row("{ jwt: { jwks: \"https:///jwks\" } }", "a URL with a host"),
                row("{ jwt: { keys: { pem: good.pem }, leeway: 61s } }", "leeway"),
                row("{ jwt: { keys: { pem: good.pem }, from: { authorization: false } } }", "nowhere"),
                row("{ jwt: { keys: { pem: good.pem }, headers: { Host: sub } } }", "may be given"),
                row("{ jwt: { keys: { pem: good.pem }, headers: { X-Forwarded-For: sub } } }", "may be given"),
                row("{ jwt: { keys: { pem: good.pem }, headers: { \"a b\": sub } } }", "may be given"),
                row("{ basic: none.users }", "does not exist"),
                row("{ basic: sha.users }", "line 2 has a hash that is not bcrypt's"),
                row("{ basic: slow.users }", "line 1 has a hash"),
                row("{ basic: twice.users }", "line 2 names a user again"),
                row("{ basic: { file: users, realm: 'a\"b' } }", "without quotes"),
                row("{ apiKey: { header: null } }", "a header or a query parameter"),
                row("{ external: \"ftp://x/\" }", "an http:// or https:// URL"),
                row("{ external: { url: \"http://x/\", receive: Connection } }", "may be given"),
                row("{ external: { url: \"http://x/\", send: Content-Length } }", "not about the connection"),
                row("{ external: { url: \"http://x/\", send: [Cookie, Transfer-Encoding] } }", "external.send.1"),
                row("{ external: { url: \"http://x/\", send: Host } }", "not about the connection"),
                row("{ external: { url: \"http://x/\", send: X-Forwarded-For } }", "nor one that the gateway writes"),
                row("{ external: { url: \"http://x/\", send: X_Original_URI } }", "nor one that the gateway writes"),
                row("{ any: [] }", "at least one way"),
                row("{ any: [ { apiKey: {} }, { all: [ { basic: none.users } ] } ] }", "auth.any.1.all.0.basic.file"));
    }

    private static Arguments row(String auth, String told) {
        return Arguments.of(auth, told);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("mistakes")
    void a_mistake_is_told_with_its_place_before_anything_starts(String auth, String told) {
        assertThatThrownBy(() -> read(auth, "", Overrides.NONE))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("a.yaml:4:")
                .hasMessageContaining("routes.all.auth")
                .hasMessageContaining(told);
    }

    @Test
    void secrets_are_never_told() {
        assertThatThrownBy(() -> read("{ jwt: { keys: { secret: hushhush } } }", "", Overrides.NONE))
                .message()
                .doesNotContain("hushhush");
        assertThatThrownBy(() -> read("{ apiKey: {} }", "consumers: { a: { keys: hushhush } }", Overrides.NONE))
                .hasMessageContaining("consumers.a.keys.0")
                .message()
                .doesNotContain("hushhush");
    }

    @Test
    void consumers_can_be_told_apart() {
        var key = "a-key-that-both-have";
        assertThatThrownBy(() -> read(
                        "{ apiKey: {} }",
                        "consumers: { a: { keys: %s, subject: s }, b: { keys: [ \"sha256:%s\" ], subject: s } }"
                                .formatted(key, gatehouse.config.ConsumerConfig.hash(key)),
                        Overrides.NONE))
                .hasMessageContaining("consumers.b.keys.0: the same key as one of consumer a")
                .hasMessageContaining("consumers.b.subject: the same subject as that of consumer a");
    }

    @Test
    void a_text_of_a_stranger_learns_nothing_of_files() {
        assertThatCode(() -> read("{ jwt: { keys: { pem: none.pem } } }", "", Overrides.SEALED))
                .doesNotThrowAnyException();
        assertThatCode(() -> read("{ basic: junk }", "", Overrides.SEALED)).doesNotThrowAnyException();
    }

    @Test
    void files_that_are_named_are_watched() throws ConfigException {
        assertThat(read("{ any: [ { jwt: { keys: { pem: good.pem } } }, { basic: users } ] }", "", Overrides.NONE)
                        .files())
                .contains(folder.resolve("good.pem"), folder.resolve("users"));
    }

    @Test
    void explain_says_what_somebody_would_get() throws ConfigException {
        var blueprint = read("{ apiKey: {} }", """
                consumers: { ann: { groups: staff, keys: key-of-ann-0123456789 }, bob: {} }
                defaults: { access: { allow: { groups: staff } } }
                tests:
                  nobody: { request: { url: "http://a.test/" }, expect: { route: all, status: 401, upstreamPath: / } }
                  bob: { request: { url: "http://a.test/", as: bob }, expect: { status: 403 } }
                  ann: { request: { url: "http://a.test/", as: ann }, expect: { route: all, upstreamPath: / } }
                  token: { request: { url: "http://a.test/", claims: { groups: [staff] } }, expect: { route: all } }
                """, Overrides.NONE);
        var explainer = new Explainer(blueprint);
        assertThat(explainer
                        .explain("GET", "http://a.test/", Map.of(), "127.0.0.1", explainer.identity("ann", Map.of()))
                        .status())
                .isNull();
        var answer = explainer.explain("GET", "http://a.test/", Map.of(), "127.0.0.1");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.policies().stream().map(Explainer.PolicyLine::key))
                .startsWith("limits", "access", "auth", "access");
    }

    @Test
    void a_test_as_somebody_unknown_is_a_mistake() {
        assertThatThrownBy(() -> read("{ apiKey: {} }", """
                        consumers: { ann: {} }
                        tests: { x: { request: { url: "http://a.test/", as: anne }, expect: { route: all } } }
                        """, Overrides.NONE))
                .hasMessageContaining("tests.x.request.as: there is no consumer anne")
                .hasMessageContaining("did you mean ann?");
        assertThatThrownBy(() -> read(
                        "{ apiKey: {} }",
                        "tests: { x: { request: { url: \"http://a.test/\" }, expect: { status: 200 } } }",
                        Overrides.NONE))
                .hasMessageContaining("the request gets 401");
    }
}
