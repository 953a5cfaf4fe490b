package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class OverridesTest {
    private static final String FILE = """
            version: 1
            admin: { tokens: { ops: token-in-the-file } }
            node: { name: file, pidFile: a.pid }
            services:
              users.v2:
                targets: "http://a:1"
                balance: p2c
            """;

    private static GatewayConfig read(Overrides overrides) throws ConfigException {
        return Texts.bind(GatewayConfig.class, FILE, overrides);
    }

    @Test
    void the_environment_wins_over_the_file_and_a_set_over_both() throws ConfigException {
        var config = read(new Overrides(
                Map.of("GATEHOUSE_NODE_NAME", "environment", "GATEHOUSE_NODE_PIDFILE", "b.pid"),
                List.of("node.name=first", "node.name=set")));

        assertThat(config.node().name()).isEqualTo("set");
        assertThat(config.node().pidFile()).isEqualTo("b.pid");
    }

    @Test
    void missing_parents_are_created() throws ConfigException {
        var config = read(new Overrides(
                Map.of("GATEHOUSE_NODE_DRAIN_HTTP", "5s", "GATEHOUSE_ACCESSLOG_FILE", "-"),
                List.of("listeners.web.listen=:8080", "routes.all.to=users.v2")));

        assertThat(config.node().drain().http()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.accessLog().file()).isEqualTo("-");
        assertThat(config.listeners().get("web").listen()).isEqualTo(ListenAddress.parse(":8080"));
        assertThat(config.routes().get("all").to().service()).isEqualTo("users.v2");
    }

    @Test
    void names_with_dots_lists_by_index_and_short_forms_are_reached() throws ConfigException {
        var users = read(new Overrides(
                        Map.of("GATEHOUSE_SERVICES_USERS_V2_BALANCE_SLOWSTART", "3s"),
                        List.of(
                                "services.users.v2.targets.0.weight=2",
                                "services.users.v2.targets.1=http://b:1",
                                "services.users.v2.timeout.total=9s")))
                .services()
                .get("users.v2");

        assertThat(users.targets())
                .containsExactly(
                        new ServiceConfig.TargetConfig(new TargetUrl("a", 1), 2),
                        new ServiceConfig.TargetConfig(new TargetUrl("b", 1), 1));
        assertThat(users.balance().by()).isEqualTo(BalanceConfig.By.P2C);
        assertThat(users.balance().slowStart()).isEqualTo(Duration.ofSeconds(3));
        assertThat(users.policies().get("timeout", Texts.Timeout.class).total()).isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void values_are_scalars_or_flow_yaml() throws ConfigException {
        var config = read(new Overrides(
                Map.of("GATEHOUSE_LISTENERS", "{ web: ':80' }", "HOME", "/srv"),
                List.of(
                        "node.pidFile=null",
                        "node.dataDir=${env:HOME}/data # no comment",
                        "services.users.v2.pool.max=\"7\"",
                        "services.users.v2.targets=[http://x:1, http://y:1]")));

        assertThat(config.node().pidFile()).isNull();
        assertThat(config.node().dataDir()).isEqualTo("/srv/data # no comment");
        assertThat(config.services().get("users.v2").pool().max()).isEqualTo(7);
        assertThat(config.services().get("users.v2").targets()).hasSize(2);
        assertThat(config.listeners()).containsOnlyKeys("web");
    }

    @Test
    void variables_that_name_no_key_are_ignored_and_told() throws ConfigException {
        var document = ConfigDocument.parse(
                "f.yaml",
                FILE,
                Texts.environment(Map.of(
                        "GATEHOUSE_SERVICE_HOST", "10.0.0.1",
                        "GATEHOUSE_PORT", "tcp://10.0.0.1:80",
                        "GATEHOUSE_ADMIN_SERVICE_PORT", "80",
                        "GATEHOUSE_NODE_NAME", "n",
                        "GATEHOUSE_SERVICES_NONE_POOL_MAX", "3",
                        "GATEHOUSE_NODE_NAME_X", "3",
                        "OTHER", "x")));
        var problems = new Problems(document);
        document.bind(GatewayConfig.class, Map.of(), problems);

        assertThat(problems.list()).isEmpty();
        assertThat(document.ignoredVariables())
                .containsExactly(
                        "GATEHOUSE_ADMIN_SERVICE_PORT",
                        "GATEHOUSE_NODE_NAME_X",
                        "GATEHOUSE_PORT",
                        "GATEHOUSE_SERVICES_NONE_POOL_MAX",
                        "GATEHOUSE_SERVICE_HOST");
    }

    @ParameterizedTest(name = "--set {0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "node.naem=x | --set node.naem: unknown key (expected: one of name, pidFile, dataDir,"
                        + " transport, connections, startTimeout, blocked, drain, did you mean name?)",
                "node.name | --set node.name: no = (expected: --set KEY=VALUE)",
                "=x | --set : not a dotted path (expected: --set KEY=VALUE)",
                "node..name=x | --set node..name: not a dotted path (expected: --set KEY=VALUE)",
                "node.name=[a | --set node.name: not YAML: while parsing a flow sequence, expected ',' or ']', but"
                        + " got <stream end> (expected: YAML 1.2 or JSON)",
                "node.drain.http=9 | --set node.drain.http: 9, no unit ms, s, m, h or d"
                        + " (expected: a duration such as 250ms, 30s, 10m or 1h)",
                "node.name.x=1 | --set node.name.x: node.name: a map (expected: text)",
                "services.users.v2.targets.4=x | --set services.users.v2.targets.4: unknown key (expected: one of url,"
                        + " weight)",
                "node={ naem: x } | --set node: node.naem: unknown key (expected: one of name, pidFile, dataDir,"
                        + " transport, connections, startTimeout, blocked, drain, did you mean name?)",
                "node.name=${env:NONE} | --set node.name: the variable NONE is not set (expected: it in the"
                        + " environment, or ${env:NONE:-…})"
            })
    void a_bad_set_is_a_problem_of_the_command_line(String set, String problem) {
        assertThat(Texts.problems(GatewayConfig.class, FILE, Texts.sets(set))).contains(problem);
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "GATEHOUSE_NODE_TRANSPORT | warp | node.transport: warp (expected: one of auto, io_uring, epoll, nio)",
                "GATEHOUSE_NODE | { drain: { http: 9 } } | node.drain.http: 9, no unit ms, s, m, h or d (expected: a"
                        + " duration such as 250ms, 30s, 10m or 1h)",
                "GATEHOUSE_SERVICES_USERS_V2_TARGETS | ${env:SECRET} | services.users.v2.targets.url: *** (expected:"
                        + " http://HOST:PORT without path, query or user; or https, tcp, udp)",
            })
    void a_bad_variable_is_a_problem_that_names_it_and_shows_what_was_given(String name, String value, String problem) {
        assertThat(Texts.problems(
                        GatewayConfig.class, FILE, Texts.environment(Map.of(name, value, "SECRET", "hidden"))))
                .containsExactly("environment " + name + ": " + problem);
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "GATEHOUSE_ADMIN_TOKENS | wordword | ***",
                "GATEHOUSE_ADMIN_TOKENS | { ops: wordword } | ***",
                "GATEHOUSE_ADMIN_TOKENS_OPS | wordword | ***",
                "GATEHOUSE_ADMIN_TOKENS_OPS_VALUE | { a: wordword } | a map",
                "GATEHOUSE_ADMIN_TOKENS_OPS | { value: [wordword] } | a list",
                "GATEHOUSE_SERVICES_USERS_V2_BALANCE_STICKY | { cookie: a, secret: { b: wordword } } | a map",
            })
    void what_is_given_for_a_secret_key_is_never_shown(String name, String value, String shown) {
        var key = name.substring("GATEHOUSE_".length());
        assertThat(Texts.problems(GatewayConfig.class, FILE, Texts.environment(Map.of(name, value))))
                .singleElement()
                .asString()
                .contains(": " + shown + " (")
                .doesNotContain("wordword")
                .startsWith("environment GATEHOUSE_" + key);
        var path = name.substring("GATEHOUSE_".length())
                .toLowerCase(java.util.Locale.ROOT)
                .replace("users_v2", "users.v2")
                .replaceAll("_(?!v2)", ".");
        assertThat(Texts.problems(GatewayConfig.class, FILE, Texts.sets(path + "=" + value)))
                .singleElement()
                .asString()
                .doesNotContain("wordword")
                .startsWith("--set " + path);
    }

    @Test
    void what_is_given_for_a_secret_key_counts_as_secret_and_the_rest_does_not() throws ConfigException {
        var document = ConfigDocument.parse(
                "f.yaml",
                FILE,
                Texts.environment(Map.of(
                        "GATEHOUSE_ADMIN_TOKENS",
                                "{ ops: { value: token-of-sixteen, role: admin }, all: token-of-all-tok }",
                        "GATEHOUSE_NODE_NAME", "plain")));
        document.bind(GatewayConfig.class, Map.of(), new Problems(document));

        assertThat(document.secrets()).containsExactlyInAnyOrder("token-of-sixteen", "token-of-all-tok");
    }
}
