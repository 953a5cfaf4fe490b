package gatehouse.admin;

import static gatehouse.admin.AdminClient.JSON;
import static gatehouse.admin.AdminClient.bearer;
import static gatehouse.admin.AdminClient.object;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.ConsumerConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers and revoked tokens over the admin API. */
class ConsumersApiTest extends AdminCase {
    private static final String KEY = "key-of-ann-0123456789";
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    ConsumersApiTest() {
        super("""
                services: { s: { targets: "http://127.0.0.1:1" } }
                consumers:
                  ann: { groups: [staff, ops], keys: [%s], subject: "id-of-ann" }
                  bob: {}
                routes:
                  all:
                    match: { path: /** }
                    to: s
                    auth: { any: [ { apiKey: {} }, { jwt: { keys: { secret: %s } } } ] }
                    access: { allow: { groups: staff } }
                  long:
                    match: { path: /long }
                    to: s
                    auth: { any: [ { apiKey: {} }, { all: [ { jwt: { keys: { secret: %s }, maxLifetime: 72h } } ] } ] }
                """, KEY, SECRET, SECRET);
    }

    private String token() throws Exception {
        return bearer(
                Files.readString(gateway.home().resolve("data/admin.token")).strip());
    }

    @Test
    void consumers_are_listed_without_their_keys() throws Exception {
        var ann = new JsonObject()
                .put("name", "ann")
                .put("groups", new JsonArray().add("staff").add("ops"))
                .put("keys", 1)
                .put("subject", "id-of-ann");
        assertThat(admin.items("/admin/v1/consumers")).hasSize(2).contains(ann);
        assertThat(admin.json("/admin/v1/consumers/ann")).isEqualTo(ann);
        assertThat(admin.get("/admin/v1/consumers/carol").status()).isEqualTo(404);
    }

    @Test
    void no_answer_shows_a_secret_or_its_hash() throws Exception {
        for (var path : new String[] {"/admin/v1/consumers", "/admin/v1/routes", "/admin/v1/routes/all"}) {
            assertThat(admin.get(path).text()).doesNotContain(KEY, SECRET, ConsumerConfig.hash(KEY));
        }
        var question = new JsonObject().put("url", "http://a/");
        assertThat(admin.send("POST", "/admin/v1/explain", question.encode(), JSON)
                        .text())
                .doesNotContain(SECRET);
    }

    @Test
    void explain_is_told_who_asks() throws Exception {
        var question = new JsonObject().put("url", "http://a/");
        assertThat(explain(question)).isEqualTo(401);
        assertThat(explain(question.put("as", "bob"))).isEqualTo(403);
        assertThat(explain(question.put("as", "ann"))).isNull();
        var nobody = admin.send(
                "POST", "/admin/v1/explain", question.put("as", "carol").encode(), JSON);
        assertThat(nobody.status()).isEqualTo(422);
    }

    private Integer explain(JsonObject question) throws Exception {
        return object(admin.send("POST", "/admin/v1/explain", question.encode(), JSON))
                .getInteger("status");
    }

    @Test
    void tokens_are_revoked_by_whoever_may_write() throws Exception {
        var before = gateway.node().revocations().size();
        var one = new JsonObject().put("jti", "one").encode();
        assertThat(admin.send("POST", "/admin/v1/revocations", one, JSON).status())
                .isEqualTo(401);
        assertThat(admin.send("POST", "/admin/v1/revocations", one, JSON, token())
                        .status())
                .isEqualTo(200);
        var subject = new JsonObject()
                .put("subject", "ann")
                .put("before", "2026-01-31T12:00:00Z")
                .encode();
        assertThat(admin.send("POST", "/admin/v1/revocations", subject, JSON, token())
                        .status())
                .isEqualTo(200);
        assertThat(admin.json("/admin/v1/revocations").getInteger("revocations"))
                .isEqualTo(before + 2);
        var revocations = gateway.node().revocations();
        assertThat(revocations.isRevoked("one", "", 0)).isTrue();
        var noon = Instant.parse("2026-01-31T12:00:00Z").getEpochSecond();
        assertThat(revocations.isRevoked("two", "ann", noon)).isTrue();
        assertThat(revocations.isRevoked("two", "ann", noon + 1)).isFalse();
    }

    @Test
    void a_revocation_is_kept_until_the_longest_token_that_a_route_takes_has_expired() throws Exception {
        var before = Instant.now();
        var kept = object(admin.send("POST", "/admin/v1/revocations", "{\"jti\":\"long\"}", JSON, token()));
        assertThat(Instant.parse(kept.getString("until")))
                .isBetween(before.plus(Duration.ofHours(73)), Instant.now().plus(Duration.ofHours(73)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"jti\":\"\"}",
                "{\"jti\":1}",
                "{\"jti\":\"a\",\"subject\":\"b\"}",
                "{\"jti\":\"a\",\"before\":\"2026-01-31T12:00:00Z\"}",
                "{\"subject\":\"a\",\"before\":\"yesterday\"}",
                "{\"jti\":\"a\",\"until\":\"2001-01-31T12:00:00Z\"}",
                "{\"jti\":\"a\",\"until\":\"2901-01-31T12:00:00Z\"}",
                "{\"id\":\"a\"}"
            })
    void what_names_no_tokens_is_422(String body) throws Exception {
        assertThat(admin.send("POST", "/admin/v1/revocations", body, JSON, token())
                        .status())
                .isEqualTo(422);
    }
}
