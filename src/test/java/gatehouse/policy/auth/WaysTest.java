package gatehouse.policy.auth;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.OriginCase;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.security.crypto.bcrypt.BCrypt;

/** API keys, names and passwords (RFC 7617), and several ways at once. */
class WaysTest extends OriginCase {
    private static final String ALICE = "alice-key-0123456789";
    private static final String BOB = "bob-key-0123456789ab";

    @TempDir
    private static Path folder;

    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        var users = folder.resolve("users");
        // 2y is what htpasswd writes
        var hash = BCrypt.hashpw("open sesame", BCrypt.gensalt(4)).replace("$2a$", "$2y$");
        var utf8 = BCrypt.hashpw("p\u00e4ss:wort", BCrypt.gensalt(4));
        Files.writeString(users, "# staff\nalice:" + hash + "\nj\u00fcrgen:" + utf8 + "\n");
        return TestGateway.start("""
                services: { origin: { targets: "%s" } }
                consumers:
                  alice: { groups: [staff], keys: [ %s ] }
                  bob:   { keys: [ "sha256:%s" ] }
                routes:
                  key:   { match: { path: /key }, to: origin, auth: { apiKey: { query: key } } }
                  basic: { match: { path: /basic }, to: origin, auth: { basic: { file: %s, realm: "the house" } } }
                  any:
                    match: { path: /any }
                    to: origin
                    auth: { any: [ { basic: { file: %s } }, { apiKey: {} }, { jwt: { audience: api, keys: { secret: %s } } } ] }
                  guess:
                    match: { path: /guess }
                    to: origin
                    auth: { failures: 3/h, any: [ { basic: { file: %s } }, { jwt: { audience: api, keys: { secret: %s } } }, { apiKey: {} } ] }
                  all:
                    match: { path: /all }
                    to: origin
                    auth: { all: [ { apiKey: {} }, { jwt: { audience: api, keys: { secret: %s } } } ] }
                  half:
                    match: { path: /half }
                    to: origin
                    auth:
                      required: false
                      all: [ { apiKey: {} }, { any: [ { basic: { file: %s } }, { jwt: { audience: api, keys: { secret: %s } } } ] } ]
                  staff:
                    match: { path: /staff }
                    to: origin
                    auth: { any: [ { apiKey: {} }, { basic: { file: %s } } ] }
                    access: { allow: { groups: staff } }
                """.formatted(
                        origin.url(),
                        ALICE,
                        gatehouse.config.ConsumerConfig.hash(BOB),
                        users,
                        users,
                        Tokens.SECRET,
                        users,
                        Tokens.SECRET,
                        Tokens.SECRET,
                        users,
                        Tokens.SECRET,
                        users));
    }

    @Override
    protected RawOrigin.Script usually() {
        return Answers.echo();
    }

    private static String basic(String pair) {
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_key_that_a_consumer_has_passes_and_does_not_go_on() throws IOException {
        var answer = get("/key", "X-Api-Key: " + ALICE);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).doesNotContain(ALICE);
        assertThat(get("/key", "X-Api-Key: " + BOB).status())
                .as("known by its hash")
                .isEqualTo(200);
        var asked = get("/key?a=b&key=" + BOB);
        assertThat(asked.status()).isEqualTo(200);
        assertThat(asked.text()).contains("\"/key?a=b\"").doesNotContain(BOB);
    }

    @Test
    void any_other_key_is_401() throws IOException {
        assertThat(get("/key").header("www-authenticate")).isEqualTo("ApiKey");
        assertThat(get("/key", "X-Api-Key: " + ALICE + "x").status()).isEqualTo(401);
        assertThat(get("/key", "X-Api-Key:").status()).isEqualTo(401);
        assertThat(get("/key", "X-Api-Key: " + "x".repeat(600)).status()).isEqualTo(401);
        assertThat(get("/key", "X-Api-Key: " + ALICE, "X-Api-Key: " + ALICE).status())
                .isEqualTo(401);
        assertThat(get("/key", "X-Api-Key: sha256:" + gatehouse.config.ConsumerConfig.hash(BOB))
                        .status())
                .as("a hash is no key")
                .isEqualTo(401);
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "alice:open sesame,200",
        "alice:open sesam,401",
        "alice:,401",
        "bob:open sesame,401",
        "jürgen:päss:wort,200",
        ":open sesame,401",
        "alice,401"
    })
    void a_name_and_its_password_pass(String pair, int status) throws IOException {
        for (var again = 0; again < 2; again++) {
            var answer = get("/basic", basic(pair));
            assertThat(answer.status()).isEqualTo(status);
            if (status == 401) {
                assertThat(answer.header("www-authenticate")).isEqualTo("Basic realm=\"the house\", charset=\"UTF-8\"");
            } else {
                assertThat(answer.text()).doesNotContain("Authorization");
            }
        }
    }

    @Test
    void what_is_no_name_and_password_is_401() throws IOException {
        assertThat(get("/basic").status()).isEqualTo(401);
        assertThat(get("/basic", "Authorization: Basic !!!").status()).isEqualTo(401);
        assertThat(get("/basic", "Authorization: Basic /w==").status())
                .as("no UTF-8")
                .isEqualTo(401);
        assertThat(get("/basic", basic("alice:open sesame" + "x".repeat(72))).status())
                .as("longer than bcrypt looks")
                .isEqualTo(401);
        assertThat(get("/basic", basic("alice:open sesame\0")).status()).isEqualTo(401);
    }

    @Test
    void one_of_several_ways_will_do_and_all_challenges_are_told() throws IOException {
        var token = "Authorization: Bearer " + Tokens.hs256(Tokens.claims("iss", null));
        assertThat(get("/any", token).status()).isEqualTo(200);
        assertThat(get("/any", "X-Api-Key: " + BOB).status()).isEqualTo(200);
        assertThat(get("/any", basic("alice:open sesame")).status()).isEqualTo(200);
        assertThat(get("/any", basic("alice:wrong"), "X-Api-Key: " + BOB).status())
                .isEqualTo(200);
        assertThat(get("/any", basic("alice:wrong"), "X-Api-Key: x").status()).isEqualTo(401);
        assertThat(get("/any").header("www-authenticate")).contains("Basic realm", "ApiKey", "Bearer");
    }

    @Test
    void all_of_several_ways_are_needed() throws IOException {
        var token = "Authorization: Bearer " + Tokens.hs256(Tokens.claims());
        var key = "X-Api-Key: " + BOB;
        assertThat(get("/all", token, key).status()).isEqualTo(200);
        assertThat(get("/all", token).status()).isEqualTo(401);
        assertThat(get("/all", key).status()).isEqualTo(401);
        assertThat(get("/all").status()).isEqualTo(401);
        assertThat(get("/half").status()).as("nothing at all may pass").isEqualTo(200);
        assertThat(get("/half", key).status()).as("half of it may not").isEqualTo(401);
        assertThat(get("/half", token).status()).isEqualTo(401);
        assertThat(get("/half", token, key).status()).isEqualTo(200);
    }

    @Test
    void groups_of_the_consumer_count() throws IOException {
        assertThat(get("/staff", "X-Api-Key: " + ALICE).status()).isEqualTo(200);
        assertThat(get("/staff", basic("alice:open sesame")).status()).isEqualTo(200);
        assertThat(get("/staff", "X-Api-Key: " + BOB).status()).isEqualTo(403);
    }

    @Test
    void who_is_known_by_a_key_can_t_guess_at_passwords_for_ever() throws IOException {
        for (var i = 0; i < 8; i++) {
            var answer = get("/guess", "X-Api-Key: " + BOB, "Authorization: Bearer wrong." + i + ".x");
            assertThat(answer.status()).as("a token can't be guessed").isEqualTo(200);
        }
        for (var i = 0; i < 3; i++) {
            assertThat(get("/guess", "X-Api-Key: " + BOB, basic("alice:guess" + i))
                            .status())
                    .isEqualTo(200);
        }
        assertThat(get("/guess", "X-Api-Key: " + BOB, basic("alice:open sesame"))
                        .status())
                .isEqualTo(429);
    }
}
