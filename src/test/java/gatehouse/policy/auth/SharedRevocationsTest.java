package gatehouse.policy.auth;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cluster.Alone;
import gatehouse.testing.Members;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RedisServer;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A token that is revoked on one node is refused on all. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SharedRevocationsTest {
    private static final String CONFIG = """
            cluster: { enabled: true, secret: "what only members know" }
            admin: { listen: "127.0.0.1:0", tokens: { ops: { value: a-token-of-the-operators, role: admin } } }
            services: { origin: { targets: "%s" } }
            routes: { all: { match: { path: "/**" }, to: origin, auth: { jwt: { audience: api, keys: { secret: %s } } } } }
            """;

    private static int call(TestGateway gateway, String token) throws IOException {
        return RawClient.get(gateway.port(), "/", "Authorization: Bearer " + token)
                .status();
    }

    private static void revoke(TestGateway gateway, String what) throws IOException {
        try (var client = RawClient.connect(gateway.adminPort())) {
            var request = RawClient.request(
                    "POST",
                    "/admin/v1/revocations",
                    "Authorization: Bearer a-token-of-the-operators",
                    "Content-Type: application/json",
                    "Content-Length: " + what.length());
            assertThat(client.send(request + what).read().status()).isEqualTo(200);
        }
    }

    @Test
    void it_is_refused_on_the_other_node_and_on_one_that_joins_later() throws Exception {
        var token = Tokens.hs256(Tokens.claims("jti", "one"));
        var older = Tokens.hs256(Tokens.claims("jti", "two", "sub", "bob", "iat", Tokens.now() - 10));
        try (var origin = RawOrigin.answering("fine");
                var one = Members.join("one");
                var here = TestGateway.startAmong(one, CONFIG, origin.url(), Tokens.SECRET);
                var two = Members.join("two", one.address());
                var there = TestGateway.startAmong(two, CONFIG, origin.url(), Tokens.SECRET)) {
            assertThat(List.of(call(here, token), call(there, token), call(there, older)))
                    .containsExactly(200, 200, 200);

            revoke(here, "{\"jti\":\"one\"}");
            revoke(here, "{\"subject\":\"bob\"}");

            assertThat(call(here, token)).isEqualTo(401);
            Waiting.until("it is known", () -> call(there, token) == 401 && call(there, older) == 401);
            // what a message has told is in the map, too
            Waiting.until(
                    "it is known",
                    () -> TestGateway.await(one.map("gatehouse.revocations").entries())
                                    .size()
                            == 3);
            try (var three = Members.join("three", one.address());
                    var late = TestGateway.startAmong(three, CONFIG, origin.url(), Tokens.SECRET)) {
                assertThat(call(late, token)).isEqualTo(401);
                assertThat(call(late, older)).isEqualTo(401);
                assertThat(call(late, Tokens.hs256(Tokens.claims("jti", "three"))))
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void with_a_redis_it_is_refused_by_gateways_in_no_cluster_and_after_all_were_started_anew() throws Exception {
        var config = CONFIG.replace(
                "cluster: { enabled: true, secret: \"what only members know\" }",
                "cluster: { compare: 100ms }\nredis: \"%s\"");
        var token = Tokens.hs256(Tokens.claims("jti", "one"));
        try (var redis = RedisServer.start();
                var origin = RawOrigin.answering("fine")) {
            try (var here = TestGateway.startWithAdmin(config, redis.url(), origin.url(), Tokens.SECRET);
                    var there = TestGateway.startWithAdmin(config, redis.url(), origin.url(), Tokens.SECRET)) {
                assertThat(call(there, token)).isEqualTo(200);
                revoke(here, "{\"jti\":\"one\"}");
                assertThat(call(here, token)).isEqualTo(401);
                Waiting.until("it is known", () -> call(there, token) == 401);
                redis.ask("FLUSHALL"); // what is lost there is put there again
                Waiting.until(
                        "it is known",
                        () -> redis.ask("HEXISTS gw:gatehouse.revocations tone").equals(":1"));
            }
            try (var later = TestGateway.startWithAdmin(config, redis.url(), origin.url(), Tokens.SECRET)) {
                Waiting.until("it is known", () -> call(later, token) == 401); // no start waits for ever for its Redis
            }
        }
    }

    @Test
    void what_no_message_told_is_found_in_the_map_and_what_the_map_has_lost_is_put_there_again() throws Exception {
        var vertx = Vertx.vertx();
        try {
            var cluster = new Alone(vertx, "one");
            var revocations = new SharedRevocations(
                    new RevocationList(InstantSource.system()),
                    vertx,
                    cluster,
                    InstantSource.system(),
                    Duration.ofMillis(20));
            TestGateway.await(revocations.begin());
            var map = cluster.map("gatehouse.revocations");
            var until = Instant.now().plusSeconds(600);
            var life = Duration.ofSeconds(600);

            TestGateway.await(map.put("sann", Buffer.buffer().appendLong(1000).appendLong(until.toEpochMilli()), life));
            TestGateway.await(map.put("#", Buffer.buffer("another mark"), life));
            Waiting.until("it is known", () -> revocations.isRevoked("", "ann", 1000));
            assertThat(revocations.isRevoked("", "ann", 1001)).isFalse();

            revocations.revokeToken("t", until);
            assertThat(revocations.isRevoked("t", "", 0)).isTrue();
            Waiting.until("it is known", () -> TestGateway.await(map.get("tt")) != null);
            TestGateway.await(map.remove("tt"));
            TestGateway.await(map.remove("sann"));
            TestGateway.await(map.put("#", Buffer.buffer("a third mark"), life));
            Waiting.until(
                    "it is known",
                    () -> TestGateway.await(map.get("tt")) != null && TestGateway.await(map.get("sann")) != null);
            assertThat(revocations.size()).isEqualTo(2);
        } finally {
            TestGateway.await(vertx.close());
        }
    }
}
