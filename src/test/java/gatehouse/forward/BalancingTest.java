package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.service.Service;
import gatehouse.service.Target;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which target gets a request, seen by the targets. Each answers with its number. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BalancingTest {
    private static TestGateway gateway;

    private final List<RawOrigin> origins = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start("services: {}");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void closeOrigins() throws Exception {
        for (var origin : origins) {
            origin.close();
        }
    }

    private void startOrigins(int count) throws IOException {
        for (var i = 1; i <= count; i++) {
            origins.add(RawOrigin.answering(Integer.toString(i)));
        }
    }

    private static void balance(String targets, String keys) throws Exception {
        gateway.reload("""
                services: { origin: { targets: [%s], %s } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """, targets, keys);
    }

    private String urls() {
        return urls(origins);
    }

    private static String urls(List<RawOrigin> origins) {
        return origins.stream().map(origin -> '"' + origin.url() + '"').collect(Collectors.joining(", "));
    }

    private static Service service() {
        return gateway.node().snapshots().current().services().get("origin");
    }

    private static RawResponse get(String... fields) throws IOException {
        return RawClient.get(gateway.port(), "/", fields);
    }

    /** How often each target answers so many requests on one connection. */
    private static Map<String, Integer> count(int requests, String... fields) throws IOException {
        var counts = new TreeMap<String, Integer>();
        try (var client = gateway.client()) {
            for (var i = 0; i < requests; i++) {
                var response =
                        client.send(RawClient.request("GET", "/", fields)).read();
                assertThat(response.status()).isEqualTo(200);
                counts.merge(response.text(), 1, Integer::sum);
            }
        }
        return counts;
    }

    @Test
    void roundRobin_gives_each_target_exactly_its_share() throws Exception {
        startOrigins(4);
        balance(
                "{ url: \"%s\", weight: 1 }, { url: \"%s\", weight: 2 }, { url: \"%s\", weight: 3 }, { url: \"%s\", weight: 0 }"
                        .formatted(origins.stream().map(RawOrigin::url).toArray()),
                "balance: roundRobin");
        assertThat(count(60)).isEqualTo(Map.of("1", 10, "2", 20, "3", 30));
    }

    @ParameterizedTest
    @ValueSource(strings = {"roundRobin", "leastRequests", "p2c", "random"})
    void a_target_that_refuses_connections_costs_no_request(String by) throws Exception {
        startOrigins(2);
        balance(urls() + ", \"http://127.0.0.1:" + RawOrigin.closedPort() + "\"", "balance: " + by);
        var counts = count(100);
        assertThat(counts).containsOnlyKeys("1", "2");
        assertThat(counts.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(100);
    }

    @Test
    void a_post_finds_another_target_too_when_a_connection_is_refused() throws Exception {
        startOrigins(1);
        balance(
                "\"http://127.0.0.1:" + RawOrigin.closedPort() + "\", " + urls(),
                "health: { passive: null }, retry: { budget: 100% }");
        try (var client = gateway.client()) {
            for (var i = 0; i < 4; i++) {
                client.send(RawClient.request("POST", "/", "Content-Length: 2", "X-Req-Id: p" + i) + "hi");
                assertThat(client.read().text()).isEqualTo("1");
                assertThat(origins.get(0).requestsWithId("p" + i)).isEqualTo(1);
            }
        }
    }

    @Test
    void another_attempt_takes_nobody_s_turn() throws Exception {
        startOrigins(1);
        try (var refusing = RawOrigin.answering(Answers.status("503 Service Unavailable", ""))) {
            origins.add(refusing);
            balance(urls(), "health: { passive: null }, retry: { budget: 100% }, breaker: null");
            assertThat(count(20)).isEqualTo(Map.of("1", 20));
            assertThat(refusing.requests()).hasSize(10);
        }
    }

    @Test
    void ipHash_keeps_a_client_at_one_target() throws Exception {
        startOrigins(3);
        balance(urls(), "balance: ipHash");
        assertThat(count(20)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"header:X-Tenant", "cookie:tenant"})
    void a_hash_keeps_a_key_at_its_target_and_moves_only_the_keys_of_one_that_goes(String key) throws Exception {
        startOrigins(4);
        balance(urls(), "balance: { by: hash, key: \"" + key + "\" }");
        var before = new HashMap<Integer, String>();
        for (var i = 0; i < 60; i++) {
            var counts = count(2, field(key, i));
            assertThat(counts).hasSize(1);
            before.put(i, counts.keySet().iterator().next());
        }
        assertThat(before.values()).contains("1", "2", "3", "4");
        balance(urls(origins.subList(0, 3)), "balance: { by: hash, key: \"" + key + "\" }");
        for (var i = 0; i < 60; i++) {
            var after = count(1, field(key, i)).keySet().iterator().next();
            if (!before.get(i).equals("4")) {
                assertThat(after).isEqualTo(before.get(i));
            }
        }
    }

    private static String field(String key, int number) {
        return key.startsWith("header:") ? "X-Tenant: t" + number : "Cookie: a=1; tenant=t" + number;
    }

    @Test
    void a_sticky_cookie_keeps_a_client_at_its_target_until_that_is_gone() throws Exception {
        startOrigins(3);
        balance(urls(), "balance: { sticky: GW }");
        var first = get();
        var cookie = cookie(first);
        assertThat(first.header("Set-Cookie")).contains("HttpOnly");
        var counts = count(10, "Cookie: " + cookie);
        assertThat(counts).isEqualTo(Map.of(first.text(), 10));
        assertThat(get("Cookie: " + cookie).header("Set-Cookie")).isNull();
        assertThat(get("Cookie: GW=forged").header("Set-Cookie")).isNotNull();

        var left = new ArrayList<>(origins);
        left.remove(Integer.parseInt(first.text()) - 1);
        balance(urls(left), "balance: { sticky: GW }");
        var moved = get("Cookie: " + cookie);
        assertThat(moved.status()).isEqualTo(200);
        assertThat(moved.text()).isNotEqualTo(first.text());
        assertThat(count(10, "Cookie: " + cookie(moved))).isEqualTo(Map.of(moved.text(), 10));
    }

    @Test
    void a_sticky_cookie_outlives_a_change_of_the_other_targets() throws Exception {
        startOrigins(3);
        balance(urls(origins.subList(0, 2)), "balance: { sticky: GW }");
        var first = get();
        balance(urls(), "balance: { sticky: GW }");
        assertThat(count(9, "Cookie: " + cookie(first))).isEqualTo(Map.of(first.text(), 9));
    }

    @Test
    void services_with_the_same_secret_understand_each_other_s_cookies() throws Exception {
        startOrigins(3);
        balance(urls(), "balance: { sticky: { cookie: GW, secret: one-secret-for-all-nodes } }");
        var cookie = cookie(get());
        try (var other = TestGateway.start("""
                services: { origin: { targets: [%s], balance: { sticky: { cookie: GW, secret: one-secret-for-all-nodes } } } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """, urls())) {
            assertThat(RawClient.get(other.port(), "/", "Cookie: " + cookie).header("Set-Cookie"))
                    .isNull();
        }
        balance(urls(), "balance: { sticky: { cookie: GW, secret: another-secret-of-a-node } }");
        assertThat(get("Cookie: " + cookie).header("Set-Cookie")).isNotNull();
    }

    private static String cookie(RawResponse response) {
        var field = response.header("Set-Cookie");
        return field.substring(0, field.indexOf(';'));
    }

    @Test
    void a_draining_target_keeps_its_clients_and_gets_no_new_ones() throws Exception {
        startOrigins(2);
        balance(urls(), "balance: { sticky: GW }");
        var bound = get();
        var target = origins.get(Integer.parseInt(bound.text()) - 1).authority();
        var other = bound.text().equals("1") ? "2" : "1";
        assertThat(service().setTarget(target, Target.State.DRAINING, null)).isTrue();
        assertThat(count(10)).isEqualTo(Map.of(other, 10));
        assertThat(count(10, "Cookie: " + cookie(bound))).isEqualTo(Map.of(bound.text(), 10));
        service().setTarget(target, Target.State.DOWN, null);
        assertThat(count(10, "Cookie: " + cookie(bound))).isEqualTo(Map.of(other, 10));
        service().setTarget(target, Target.State.UP, null);
        assertThat(count(10)).isEqualTo(Map.of("1", 5, "2", 5));
    }

    @Test
    void no_target_that_takes_requests_is_503() throws Exception {
        startOrigins(1);
        balance(urls(), "balance: roundRobin");
        service().setTarget(origins.get(0).authority(), Target.State.DOWN, null);
        var response = get();
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.header("Retry-After")).isEqualTo("1");
        assertThat(response.text()).contains("no-target");
    }

    @Test
    void the_access_log_names_the_service_that_has_no_target(@TempDir Path folder) throws Exception {
        var log = folder.resolve("access.log");
        try (var other = TestGateway.start("""
                accessLog: { format: json, file: "%s" }
                services: { idle: { targets: "http://127.0.0.1:1" } }
                routes:   { all: { match: { path: "/**" }, to: idle } }
                """, log)) {
            var idle = other.node().snapshots().current().services().get("idle");
            idle.setTarget("127.0.0.1:1", Target.State.DOWN, null);
            try (var client = other.client()) {
                assertThat(client.send("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
                                .read("GET")
                                .status())
                        .isEqualTo(503);
            }
        }
        assertThat(Files.readString(log)).contains("\"service\":\"idle\"", "no-target");
    }

    @Test
    void the_access_log_counts_attempts_as_retry_does(@TempDir Path folder) throws Exception {
        var log = folder.resolve("access.log");
        startOrigins(1);
        try (var failing = RawOrigin.answering(exchange -> {
                    if (exchange.target().equals("/stale") && exchange.numberOnConnection() > 1) {
                        exchange.reset();
                        return;
                    }
                    Answers.status(exchange.target().equals("/503") ? "503 No" : "200 OK", "")
                            .answer(exchange);
                });
                var other = TestGateway.startOn(1, """
                accessLog: { format: json, file: "%s" }
                services:
                  dead: { targets: ["http://127.0.0.1:%d", "%s"], health: { passive: null }, breaker: null }
                  kept: { targets: "%s", health: { passive: null }, breaker: null }
                routes:
                  dead: { match: { path: "/503" }, to: dead, retry: { attempts: 2, budget: 100%% } }
                  kept: { match: { path: "/stale" }, to: kept }
                """, log, RawOrigin.closedPort(), failing.url(), failing.url());
                var client = other.client()) {
            for (var i = 0; i < 4; i++) {
                assertThat(client.send(RawClient.request("GET", "/503")).read().status())
                        .isEqualTo(503);
            }
            for (var i = 0; i < 4; i++) {
                assertThat(client.send(RawClient.request("GET", "/stale"))
                                .read()
                                .status())
                        .isEqualTo(200);
            }
            assertThat(failing.connections()).as("some went stale").hasSizeGreaterThan(2);
        }
        assertThat(Files.readAllLines(log))
                .hasSize(8)
                .allSatisfy(line ->
                        assertThat(line).contains(line.contains("/503") ? "\"attempts\":2}" : "\"attempts\":1}"));
    }

    @Test
    void a_target_is_found_by_its_name() throws Exception {
        startOrigins(1);
        balance("\"http://localhost:" + origins.get(0).port() + "\"", "hostHeader: target");
        assertThat(count(10)).isEqualTo(Map.of("1", 10));
        assertThat(origins.get(0).requests().get(0).header("Host"))
                .isEqualTo("localhost:" + origins.get(0).port());
    }
}
