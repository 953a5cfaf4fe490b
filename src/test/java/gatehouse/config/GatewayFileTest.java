package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GatewayFileTest {
    static final String FILE = """
            $schema: gateway.schema.json
            version: 1

            node:
              name: ${env:HOSTNAME:-gateway-1}
              pidFile: run/gatehouse.pid
              dataDir: data                                       # what must survive a restart
              transport: io_uring
              drain: { http: 1m }

            accessLog: { format: combined, file: logs/access.log }

            admin:
              listen: 127.0.0.1:9900
              tokens:
                ops: { value: "${env:ADMIN_TOKEN:-0123456789abcdef}", role: admin }
                grafana: fedcba9876543210

            listeners:
              web:    { listen: ":8080", protocols: [http1, h2c] }
              inner:  "[::1]:8081"
              proxied: { listen: ":3307", protocols: http1, trustedProxies: [10.0.0.0/8, "fd00::/8"] }

            services:
              users:
                targets: [ "http://10.0.0.1:8080", { url: "http://10.0.0.2:8080", weight: 2 } ]
                balance: { by: leastRequests, sticky: { cookie: GWID } }
                health:
                  active:  { path: /healthz, every: 5s, rise: 2, fall: 3 }
                  passive: { failures: 5, window: 10s, eject: 30s, maxEjected: 50% }
                pool: { max: 64, pending: 64, idle: 20s, http2: false }
                forwarder: own
                timeout: { total: 5s }
              orders.v2: { targets: "http://orders_v2:8080", balance: p2c, health: { active: /up, passive: null } }

            policies:
              staff-api:
                response: { set: { X-Staff: true }, remove: Server }
              slow:
                timeout: { connect: 500ms }

            defaults:
              timeout: { connect: 2s, total: 30s }
              limits: { body: 10MiB }

            routes:
              users:
                match: { host: "api.example.com", path: "/users/**", method: [GET, POST], header: { X-Beta: 1 }, query: { v: "2" } }
                to: users
                use: [slow]
                priority: -3
                rateLimit: { rate: 100/s, burst: 50 }
              canary: { match: { path: "/users/**", cookie: { canary: "1" }, not: { host: "*.internal" } }, to: { service: orders.v2 }, limits: null }
              site:   { match: { path: "/**" }, to: { files: public } }

            tests:
              staff read: { request: { method: GET, url: "http://api.example.com/users/42" }, expect: { route: users, status: 404 } }
            """;

    @Test
    void a_whole_file_becomes_records() throws ConfigException {
        var config = Texts.gateway(FILE);

        assertThat(config.version()).isEqualTo(1);
        assertThat(config.node())
                .isEqualTo(new NodeConfig(
                        "gateway-1",
                        "run/gatehouse.pid",
                        "data",
                        NodeConfig.Transport.IO_URING,
                        null,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(10),
                        new NodeConfig.Drain(
                                Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofSeconds(30), Duration.ZERO)));
        assertThat(config.accessLog())
                .isEqualTo(new AccessLogConfig(AccessLogConfig.Format.COMBINED, "logs/access.log", null));
        assertThat(config.admin().tokens().get("ops").role()).isEqualTo(AdminConfig.Role.ADMIN);
        assertThat(config.admin().tokens().get("grafana"))
                .isEqualTo(new AdminConfig.Token("fedcba9876543210", AdminConfig.Role.READ));
        assertThat(config.listeners().keySet()).containsExactly("web", "inner", "proxied");
        assertThat(config.listeners().get("inner").listen()).isEqualTo(new ListenAddress("::1", 8081));
        assertThat(config.listeners().get("proxied").protocols()).containsExactly(ListenerConfig.Protocol.HTTP1);
        assertThat(config.tests().get("staff read").expect().status()).isEqualTo(404);
    }

    @Test
    void services_take_short_and_long_forms() throws ConfigException {
        var services = Texts.gateway(FILE).services();

        assertThat(services.get("users").targets())
                .containsExactly(
                        new ServiceConfig.TargetConfig(new TargetUrl("10.0.0.1", 8080), 1),
                        new ServiceConfig.TargetConfig(new TargetUrl("10.0.0.2", 8080), 2));
        assertThat(services.get("users").balance().sticky()).isEqualTo(new BalanceConfig.Sticky("GWID", null));
        assertThat(services.get("users").health().passive().maxEjected()).isEqualTo(new Share(0.5));
        var orders = services.get("orders.v2");
        assertThat(orders.targets())
                .containsExactly(new ServiceConfig.TargetConfig(new TargetUrl("orders_v2", 8080), 1));
        assertThat(orders.balance().by()).isEqualTo(BalanceConfig.By.P2C);
        assertThat(orders.health().active().every()).isEqualTo(Duration.ofSeconds(5));
        assertThat(orders.health().passive()).isNull();
        assertThat(orders.pool().idle()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void routes_carry_their_conditions_and_policies() throws ConfigException {
        var config = Texts.gateway(FILE);
        var users = config.routes().get("users");
        var canary = config.routes().get("canary");

        assertThat(users.match().header()).containsEntry("X-Beta", List.of("1"));
        assertThat(users.match().path()).containsExactly(PathPattern.parse("/users/**"));
        assertThat(users.to().service()).isEqualTo("users");
        assertThat(users.priority()).isEqualTo(-3);
        assertThat(users.policies().get("rateLimit", Texts.RateLimit.class))
                .isEqualTo(new Texts.RateLimit("100/s", 50));
        assertThat(canary.match().not().host()).containsExactly(HostPattern.parse("*.internal"));
        assertThat(canary.policies().byKey()).containsOnly(java.util.Map.entry("limits", Optional.empty()));
        assertThat(config.defaults().set().get("limits", Texts.BodyLimit.class))
                .isEqualTo(new Texts.BodyLimit(Size.parse("10MiB")));
        assertThat(config.policies().get("staff-api").set().get("response", Texts.Headers.class))
                .isEqualTo(new Texts.Headers(java.util.Map.of("X-Staff", "true"), List.of("Server")));
    }

    @Test
    void the_least_file_has_all_defaults() throws ConfigException {
        var config = Texts.gateway("version: 1");

        assertThat(config.accessLog()).isNull();
        assertThat(config.listeners()).isEmpty();
        assertThat(config.defaults()).isEqualTo(GatewayConfig.Layer.EMPTY);
        assertThat(config.admin().listen()).isEqualTo(new ListenAddress("127.0.0.1", 9900));
    }

    @Test
    void the_same_file_read_twice_is_equal() throws ConfigException {
        assertThat(Texts.gateway(FILE)).isEqualTo(Texts.gateway(FILE));
    }

    @Test
    void json_is_read_as_well_even_with_tabs() throws ConfigException {
        var config = Texts.gateway("""
                {
                \t"version": 1,
                \t"services": {
                \t\t"users":\t{ "targets": ["http://127.0.0.1:9001"], "pool": { "http2": true } }
                \t},
                \t"routes": { "users": { "to": "users", "match": { "path": "\\/users\\u002f**" } } }
                }
                """);

        assertThat(config.services().get("users").pool().http2()).isTrue();
        assertThat(config.routes().get("users").match().path()).containsExactly(PathPattern.parse("/users/**"));
    }

    @Test
    void all_problems_of_a_file_are_told_at_once_with_their_places() {
        var problems = Texts.problems("""
                version: 2
                node:
                  naem: x
                  drain: { http: 10 }
                listeners:
                  web: { listen: ":70000", protocols: [http3] }
                services:
                  users:
                    balance: p3c
                  orders: { targets: [ "http://a:1", { url: "ftp://b:2", wieght: "3" } ] }
                routes:
                  users:
                    to: users
                    rateLimit:
                      rate: 1/s
                      burst: 0
                    timout: { total: 1s }
                    to: orders
                  "a/b": { to: users }
                  both: { to: { service: a, files: b } }
                  none:
                """);

        assertThat(problems)
                .satisfiesExactly(
                        is("1:10 version: 2 (expected: integer 1)"),
                        is(
                                "3:3 node.naem: unknown key (expected: one of name, pidFile, dataDir, transport, connections, startTimeout, blocked, drain,"
                                        + " did you mean name?)"),
                        is("4:18 node.drain.http: 10, no unit ms, s, m, h or d"
                                + " (expected: a duration such as 250ms, 30s, 10m or 1h)"),
                        is("6:18 listeners.web.listen: \":70000\", its port is not within 0 and 65535"
                                + " (expected: HOST:PORT, :PORT or [IPV6]:PORT)"),
                        is(
                                "6:40 listeners.web.protocols.0: http3 (expected: one of http1, h2c, websocket, h2, tcp, udp, forward, grpc, grpc-web, did you mean http1?)"),
                        is("8:3 services.users.targets: missing (expected: one or a list of:"
                                + " a map with keys url, weight; or only its url; or instead registry)"),
                        is("9:14 services.users.balance.by: p3c (expected: one of roundRobin, leastRequests, p2c,"
                                + " random, ipHash, hash, did you mean p2c?)"),
                        is(
                                "10:45 services.orders.targets.1.url: \"ftp://b:2\", its scheme is none of http, https, tcp, udp"
                                        + " (expected: http://HOST:PORT without path, query or user; or https, tcp, udp)"),
                        is("10:58 services.orders.targets.1.wieght: unknown key (expected: one of url, weight,"
                                + " did you mean weight?)"),
                        is("16:14 routes.users.rateLimit.burst: 0 (expected: integer > 0)"),
                        is("17:5 routes.users.timout: unknown key (expected: one of match, to, use, priority,"
                                + " rateLimit, timeout, limits, response, did you mean timeout?)"),
                        is(
                                "18:5 routes.users.to: stands twice, first at conf/gateway.yaml:13:5 (expected: each key once)"),
                        is("19:3 routes.a/b: not a usable name (expected: a name of letters, digits, space and ._-"
                                + " with at most 63 characters)"),
                        is("20:11 routes.both.to: several (expected: one of service, split, files, redirect"
                                + ", respond, topic and rpc)"),
                        is(
                                "21:3 routes.none.to: missing (expected: a map with keys service, split, sticky, files, index,"
                                        + " redirect, status, respond, topic, rpc, schema;"
                                        + " or only its service)"));
    }

    private static org.assertj.core.api.ThrowingConsumer<String> is(String line) {
        return found -> assertThat(found).isEqualTo("conf/gateway.yaml:" + line);
    }
}
