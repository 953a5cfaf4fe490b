package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** {@code token}: tokens to try things with. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TokenCommandTest extends CommandCase {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    /** The token that the command prints. */
    private String minted(String... arguments) {
        out.getBuffer().setLength(0);
        assertThat(run(Stream.concat(Stream.of("token"), Stream.of(arguments)).toArray(String[]::new)))
                .isZero();
        return out.toString().strip();
    }

    private static int status(TestGateway gateway, String token) throws IOException {
        return RawClient.get(gateway.port(), "/", "Authorization: Bearer " + token)
                .status();
    }

    private static JsonObject claims(String token) {
        var payload = token.split("\\.")[1];
        return new JsonObject(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8));
    }

    private static String pem(String kind, byte[] encoded) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(encoded) + "\n-----END " + kind
                + "-----\n";
    }

    @Test
    void what_it_prints_is_taken_by_the_gateway() throws Exception {
        var generator = KeyPairGenerator.getInstance("Ed25519");
        var pair = generator.generateKeyPair();
        var key = Files.writeString(
                folder.resolve("key.pem"), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        var open = Files.writeString(
                folder.resolve("open.pem"), pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        try (var origin = RawOrigin.answering(Answers.ok("hello"));
                var gateway = TestGateway.start("""
                        services: { origin: { targets: "%s" } }
                        routes:
                          all:
                            match: { path: "/**" }
                            to: origin
                            auth: { jwt: { audience: api, keys: [ { secret: %s }, { pem: %s, kid: ed } ] } }
                        """, origin.url(), SECRET, open)) {
            assertThat(status(gateway, minted("--secret", SECRET, "--claim", "aud=api")))
                    .isEqualTo(200);
            assertThat(status(gateway, minted("--key", key.toString(), "--kid", "ed", "--claim", "aud=api")))
                    .isEqualTo(200);
            assertThat(status(gateway, minted("--secret", SECRET)))
                    .as("for nobody")
                    .isEqualTo(401);
        }
    }

    @Test
    void claims_that_are_JSON_are_taken_as_such() {
        var claims = claims(minted(
                "--secret",
                SECRET,
                "--claim",
                "sub=alice",
                "--claim",
                "level=3",
                "--claim",
                "groups=[\"staff\"]",
                "--claim",
                "note=3 = three",
                "--lifetime",
                "60"));

        assertThat(claims.getString("sub")).isEqualTo("alice");
        assertThat(claims.getInteger("level")).isEqualTo(3);
        assertThat(claims.getJsonArray("groups").getString(0)).isEqualTo("staff");
        assertThat(claims.getString("note")).isEqualTo("3 = three");
        assertThat(claims.getLong("exp") - claims.getLong("iat")).isEqualTo(60);
    }

    @Test
    void what_can_t_sign_ends_with_2() throws Exception {
        assertThat(run("token", "--secret", "short")).isEqualTo(2);
        assertThat(err.toString()).contains("less than 32 bytes").doesNotContain("short");
        assertThat(run("token")).isEqualTo(2);
        assertThat(run("token", "--secret", SECRET, "--algorithm", "RS256")).isEqualTo(2);
        assertThat(run("token", "--secret", SECRET, "--claim", "sub")).isEqualTo(2);
        assertThat(run("token", "--key", folder.resolve("none").toString())).isEqualTo(2);
        var junk = Files.writeString(folder.resolve("junk"), "junk");
        assertThat(run("token", "--key", junk.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("holds no PRIVATE KEY");
    }
}
