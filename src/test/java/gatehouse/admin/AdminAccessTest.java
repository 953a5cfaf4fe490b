package gatehouse.admin;

import static gatehouse.admin.AdminClient.JSON;
import static gatehouse.admin.AdminClient.bearer;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminAccessTest {
    private static final String READ = "token-that-only-reads";
    private static final String OPS = "token-that-may-do-all";
    private static final String TARGET = "/admin/v1/services/s/targets/127.0.0.1:1";
    private static final String SERVICE = "services: { s: { targets: \"http://127.0.0.1:1\" } }\n";
    private static final String TOKENS = SERVICE + """
            admin:
              listen: "127.0.0.1:0"
              tokens: { grafana: %s, ops: { value: %s, role: admin } }
            """.formatted(READ, OPS);

    private TestGateway guarded;
    private TestGateway open;

    @BeforeAll
    void start() throws Exception {
        guarded = TestGateway.startWithAdmin(TOKENS);
        open = TestGateway.startWithAdmin(SERVICE);
    }

    @AfterAll
    void stop() {
        guarded.close();
        open.close();
    }

    @ParameterizedTest(name = "{0} {1} with {2}: {3}")
    @CsvSource({
        "GET, /, none, 200",
        "GET, /health/live, none, 200",
        "GET, /health/ready, none, 200",
        "GET, /metrics, none, 200",
        "GET, /metrics, wrong, 200",
        "GET, /admin/v1/status, none, 401",
        "HEAD, /admin/v1/status, none, 401",
        "GET, /admin/v1/status?token=token-that-may-do-all, none, 401",
        "GET, /admin/v1/status?access_token=token-that-may-do-all, none, 401",
        "GET, /health/../admin/v1/status, none, 401",
        "GET, /%61dmin/v1/status, none, 401",
        "GET, //admin/v1/status, none, 401",
        "GET, /admin/v1/status, basic, 401",
        "GET, /admin/v1/status, twice, 401",
        "GET, /admin/v1/status, read, 200",
        "GET, /admin/v1/status, ops, 200",
        "HEAD, /admin/v1/status, read, 200",
        "GET, /admin/v1/routes, none, 401",
        "GET, /admin/v1/routes, read, 200",
        "GET, /admin/v1/limits, none, 401",
        "GET, /admin/v1/limits, read, 200",
        "GET, /admin/v1/services/s, none, 401",
        "GET, /admin/v1/services/s, read, 200",
        "POST, /admin/v1/explain, none, 401",
        "POST, /admin/v1/explain, read, 200",
        "POST, /admin/v1/config/check, none, 401",
        "POST, /admin/v1/config/check, read, 200",
        "PUT, " + TARGET + ", none, 401",
        "PUT, " + TARGET + ", read, 403",
        "PUT, " + TARGET + ", ops, 200",
    })
    void tokens_decide_where_there_are_any(String method, String path, String who, int status) throws Exception {
        var response = ask(guarded, method, path, credentials(who));
        assertThat(response.status()).isEqualTo(status);
        if (status == 401) {
            assertThat(response.header("WWW-Authenticate")).startsWith("Bearer");
        }
        assertThat(response.text()).doesNotContain(READ).doesNotContain(OPS);
    }

    @Test
    void without_tokens_reads_are_open_and_writes_need_the_generated_one() throws Exception {
        var file = open.home().resolve("data/admin.token");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        var generated = Files.readString(file).strip();
        assertThat(generated).hasSize(43);
        assertThat(ask(open, "GET", "/admin/v1/status", List.of()).status()).isEqualTo(200);
        assertThat(ask(open, "POST", "/admin/v1/explain", List.of()).status()).isEqualTo(200);
        assertThat(ask(open, "PUT", TARGET, List.of()).status()).isEqualTo(401);
        assertThat(ask(open, "PUT", TARGET, List.of(bearer(generated))).status())
                .isEqualTo(200);
        assertThat(ask(open, "GET", "/admin/v1/status", List.of(bearer("wrong")))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void with_tokens_none_is_generated() {
        assertThat(guarded.home().resolve("data/admin.token")).doesNotExist();
    }

    @Test
    void after_ten_wrong_tokens_of_an_address_wrong_ones_wait_and_the_right_one_passes() throws Exception {
        try (var gateway = TestGateway.startWithAdmin(TOKENS)) {
            var statuses = new ArrayList<Integer>();
            for (var i = 0; i < 10; i++) {
                statuses.add(ask(gateway, "GET", "/admin/v1/status", List.of(bearer("wrong-" + i)))
                        .status());
            }
            assertThat(statuses).containsOnly(401);
            var wrong = ask(gateway, "GET", "/admin/v1/status", List.of(bearer("wrong-10")));
            assertThat(wrong.status()).isEqualTo(429);
            assertThat(Integer.parseInt(wrong.header("Retry-After"))).isBetween(1, 60);
            assertThat(ask(gateway, "GET", "/admin/v1/status", List.of(bearer(READ)))
                            .status())
                    .isEqualTo(200);
            assertThat(ask(gateway, "PUT", TARGET, List.of(bearer(OPS))).status())
                    .isEqualTo(200);
            assertThat(ask(gateway, "GET", "/admin/v1/status", List.of(bearer("wrong-11")))
                            .status())
                    .isEqualTo(429);
            assertThat(ask(gateway, "GET", "/health/live", List.of()).status()).isEqualTo(200);
        }
    }

    @Test
    void tokens_follow_the_configuration_in_force() throws Exception {
        try (var gateway = TestGateway.startWithAdmin(TOKENS)) {
            gateway.reload(TOKENS.replace(OPS, "another-token-for-ops"));
            assertThat(ask(gateway, "GET", "/admin/v1/status", List.of(bearer(OPS)))
                            .status())
                    .isEqualTo(401);
            assertThat(ask(gateway, "GET", "/admin/v1/status", List.of(bearer("another-token-for-ops")))
                            .status())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest(name = "Host {0}: {1}")
    @CsvSource({
        "localhost, 200",
        "LOCALHOST:1234, 200",
        "127.0.0.1, 200",
        "127.0.0.1:9900, 200",
        "[::1]:9900, 200",
        "evil.example, 421",
        "localhost.evil.example:9900, 421",
        "127.0.0.1.nip.io, 421",
        "10.0.0.1, 421",
        "'local host', 400",
        "localhost:99999, 400",
    })
    void on_loopback_only_names_of_this_machine_are_served(String host, int status) throws Exception {
        for (var path : List.of("/metrics", "/admin/v1/status")) {
            assertThat(AdminClient.of(open).get(path, "Host: " + host).status())
                    .as(path)
                    .isEqualTo(status);
        }
    }

    @Test
    void a_request_with_two_hosts_is_refused() throws Exception {
        assertThat(AdminClient.of(open)
                        .get("/health/live", "Host: localhost", "Host: localhost")
                        .status())
                .isEqualTo(400);
    }

    @ParameterizedTest(name = "Origin {0}: {1}")
    @CsvSource({
        "http://localhost:9900, 200",
        "http://LOCALHOST:9900, 200",
        "https://localhost:9900, 200",
        "http://localhost, 403",
        "http://localhost:8080, 403",
        "https://evil.example, 403",
        "null, 403",
    })
    void requests_that_other_sites_make_are_refused(String origin, int status) throws Exception {
        var response = ask(guarded, "PUT", TARGET, List.of(bearer(OPS), "Host: localhost:9900", "Origin: " + origin));
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.header("Access-Control-Allow-Origin")).isNull();
    }

    @Test
    void on_another_address_any_name_is_served() throws Exception {
        try (var gateway = TestGateway.startWithAdmin(TOKENS.replace("127.0.0.1:0", ":0"))) {
            var fields = List.of("Host: gateway.example", bearer(READ));
            assertThat(ask(gateway, "GET", "/admin/v1/status", fields).status()).isEqualTo(200);
        }
    }

    private static List<String> credentials(String who) {
        return switch (who) {
            case "none" -> List.of();
            case "read" -> List.of(bearer(READ));
            case "ops" -> List.of("authorization: bearer " + OPS);
            case "wrong" -> List.of(bearer("wrong"));
            case "basic" -> List.of("Authorization: Basic " + OPS);
            case "twice" -> List.of(bearer(OPS), bearer(READ));
            default -> throw new IllegalArgumentException(who);
        };
    }

    /** A request that is fine but for what the test is about. */
    private static RawResponse ask(TestGateway gateway, String method, String path, List<String> fields)
            throws IOException {
        var body = switch (path) {
            case "/admin/v1/explain" -> "{\"url\":\"http://a/\"}";
            case "/admin/v1/config/check" -> "{\"version\":1}";
            case TARGET -> "{\"weight\":1}";
            default -> "";
        };
        var all = new ArrayList<>(fields);
        all.add(JSON);
        return AdminClient.of(gateway).send(method, path, body, all.toArray(String[]::new));
    }
}
