package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.policy.auth.Minting;
import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What a route stores whose answers may depend on who calls. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheCallersTest {
    private static final String KEYS = """
            consumers: { alice: { keys: ["the key of alice, long enough"] }, bob: { keys: ["the key of bob, long enough..."] } }
            defaults: { auth: { apiKey: {} }%s }
            """;

    @Test
    void an_answer_to_somebody_known_is_for_him_alone_though_the_service_never_sees_his_key() throws Exception {
        try (var scene = CacheScene.with("{ ttl: 30s }", KEYS.formatted("").replace("%", "%%"))) {
            var alice = scene.get("/me", "X-Api-Key: the key of alice, long enough");
            var bob = scene.get("/me", "X-Api-Key: the key of bob, long enough...");

            assertThat(alice.text()).isEqualTo("answer 1");
            assertThat(bob.text()).isEqualTo("answer 2");
        }
    }

    @Test
    void a_field_that_the_gateway_sets_tells_answers_apart_by_what_the_service_gets() throws Exception {
        var edit = ", request: { headers: { set: { X-Who: \"{consumer}\" } } }";
        try (var scene = CacheScene.with("{ ttl: 30s }", KEYS.formatted(edit).replace("%", "%%"))) {
            scene.answering("Cache-Control: public, max-age=60", "Vary: X-Who");

            var alice = scene.get("/me", "X-Api-Key: the key of alice, long enough");
            var bob = scene.get("/me", "X-Api-Key: the key of bob, long enough...");

            assertThat(alice.text()).isEqualTo("answer 1");
            assertThat(bob.text()).isEqualTo("answer 2");
        }
    }

    @Test
    void what_auth_takes_out_of_a_query_or_gives_in_a_field_is_so_for_a_fetch_too() throws Exception {
        var secret = "0123456789abcdef0123456789abcdef";
        var token = Minting.withSecret(secret, null);
        var jwt =
                "defaults: { auth: { jwt: { keys: { secret: %s }, from: { query: token }, forward: false, headers: { X-Forwarded-User: sub } } } }";
        var vertx = Vertx.vertx();
        try (var scene = CacheScene.with("{ ttl: 30s }", jwt.formatted(secret))) {
            var end = System.currentTimeMillis() / 1000 + 600;
            var ann = token.token(vertx, Map.of("sub", "ann", "exp", end));

            assertThat(scene.get("/me?a=b&token=" + ann + "&c").status()).isEqualTo(200);
            assertThat(scene.origin().requests().get(0).target()).isEqualTo("/me?a=b&c");
            assertThat(scene.lastAsked("X-Forwarded-User")).isEqualTo("ann");
        } finally {
            TestGateway.await(vertx.close());
        }
    }

    @Test
    void a_path_made_of_who_calls_is_not_the_path_of_another() throws Exception {
        var edit = ", request: { rewrite: { prefix: \"/of/{consumer}\" } }";
        try (var scene = CacheScene.with("{ ttl: 30s }", KEYS.formatted(edit).replace("%", "%%"))) {
            scene.answering("Cache-Control: public, max-age=60");

            var alice = scene.get("/me", "X-Api-Key: the key of alice, long enough");
            var bob = scene.get("/me", "X-Api-Key: the key of bob, long enough...");

            assertThat(alice.text()).isEqualTo("answer 1");
            assertThat(bob.text()).isEqualTo("answer 2");
        }
    }

    @Test
    void a_field_made_for_one_client_is_not_in_the_answer_of_another() throws Exception {
        var edit = ", response: { headers: { set: { X-Said: \"{header.x-say}\" } } }";
        try (var scene = CacheScene.with("{ ttl: 30s }", "defaults: {" + edit.substring(1) + "}")) {
            scene.answering("Cache-Control: public, max-age=60");

            scene.get("/me", "X-Say: one");
            assertThat(scene.get("/me", "X-Say: two").header("X-Said")).isEqualTo("two");
        }
    }

    @Test
    void how_one_client_spells_the_host_is_not_told_to_the_service_for_all() throws Exception {
        try (var scene = CacheScene.with("{ ttl: 30s }");
                var client = scene.gateway().client()) {
            client.send("GET /links HTTP/1.1\r\nHost: A.TEST.:80\r\n\r\n").read();

            var told = scene.origin().requests().get(0);
            assertThat(told.header("Host")).isEqualTo("a.test");
            assertThat(told.header("X-Forwarded-Host")).isEqualTo("a.test");
        }
    }

    @Test
    void a_field_that_the_service_never_sees_chooses_nothing() throws Exception {
        try (var scene = CacheScene.with("{}")) {
            scene.answering("Cache-Control: public, max-age=60", "Vary: Accept-Language");

            scene.get("/page", "Accept-Language: de", "Connection: accept-language");
            assertThat(scene.get("/page", "Accept-Language: de").text()).isEqualTo("answer 2");
        }
    }

    @Test
    void what_is_for_everybody_is_shared_by_those_of_whom_nothing_goes_into_it() throws Exception {
        var edit = ", request: { headers: { set: { X-Who: \"{consumer}\" } } }";
        try (var scene = CacheScene.with("{ ttl: 30s }", KEYS.formatted(edit).replace("%", "%%"))) {
            scene.answering("Cache-Control: public, max-age=60");

            scene.get("/all", "X-Api-Key: the key of alice, long enough");
            assertThat(scene.get("/all", "X-Api-Key: the key of bob, long enough...")
                            .text())
                    .isEqualTo("answer 1");
        }
    }

    @Test
    void a_change_by_one_makes_out_of_date_what_was_made_for_another() throws Exception {
        var edit = ", request: { rewrite: { prefix: \"/of/{consumer}\" } }";
        try (var scene = CacheScene.with("{ ttl: 30s }", KEYS.formatted(edit).replace("%", "%%"))) {
            scene.answering("Cache-Control: public, max-age=60");

            scene.get("/it", "X-Api-Key: the key of alice, long enough");
            scene.send("DELETE", "/it", "X-Api-Key: the key of bob, long enough...");
            assertThat(scene.get("/it", "X-Api-Key: the key of alice, long enough")
                            .text())
                    .isEqualTo("answer 3");
        }
    }
}
