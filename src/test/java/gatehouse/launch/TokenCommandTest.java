package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code token}: tokens to try things with. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TokenCommandTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Gatehouse.execute(
                new Gatehouse.Console(new PrintWriter(out, true), new PrintWriter(err, true)), arguments);
    }

    private String pem(String kind, byte[] encoded) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(encoded) + "\n-----END " + kind
                + "-----\n";
    }

    private JsonObject said() {
        var payload = out.toString().strip().split("\\.")[1];
        return new JsonObject(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8));
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
            assertThat(run("token", "--secret", SECRET, "--claim", "aud=api")).isZero();
            assertThat(RawClient.get(
                                    gateway.port(),
                                    "/",
                                    "Authorization: Bearer " + out.toString().strip())
                            .status())
                    .isEqualTo(200);
            assertThat(run("token", "--key", key.toString(), "--kid", "ed", "--claim", "aud=api"))
                    .isZero();
            assertThat(RawClient.get(
                                    gateway.port(),
                                    "/",
                                    "Authorization: Bearer " + out.toString().strip())
                            .status())
                    .isEqualTo(200);
            assertThat(run("token", "--secret", SECRET)).isZero();
            assertThat(RawClient.get(
                                    gateway.port(),
                                    "/",
                                    "Authorization: Bearer " + out.toString().strip())
                            .status())
                    .as("for nobody")
                    .isEqualTo(401);
        }
    }

    @Test
    void claims_that_are_JSON_are_taken_as_such() {
        assertThat(run(
                        "token",
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
                        "60"))
                .isZero();
        assertThat(said().getString("sub")).isEqualTo("alice");
        assertThat(said().getInteger("level")).isEqualTo(3);
        assertThat(said().getJsonArray("groups").getString(0)).isEqualTo("staff");
        assertThat(said().getString("note")).isEqualTo("3 = three");
        assertThat(said().getLong("exp") - said().getLong("iat")).isEqualTo(60);
    }

    @Test
    void what_can_t_sign_ends_with_2() throws Exception {
        assertThat(run("token")).isEqualTo(2);
        assertThat(run("token", "--secret", "short")).isEqualTo(2);
        assertThat(err.toString()).contains("less than 32 bytes").doesNotContain("short");
        assertThat(run("token", "--secret", SECRET, "--algorithm", "RS256")).isEqualTo(2);
        assertThat(run("token", "--secret", SECRET, "--claim", "sub")).isEqualTo(2);
        assertThat(run("token", "--key", folder.resolve("none").toString())).isEqualTo(2);
        var junk = Files.writeString(folder.resolve("junk"), "junk");
        assertThat(run("token", "--key", junk.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("holds no PRIVATE KEY");
    }
}
