package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BinderTest {
    record Values(
            @Key(doc = "d", value = "a") String text,
            @Key(doc = "d", value = "1", min = 1, max = 10) int whole,
            @Key(doc = "d", value = "1") long large,
            @Key(doc = "d", value = "0.5", min = 0) double number,
            @Key(doc = "d", value = "false") boolean flag,

            @Key(doc = "d", value = "2s", min = 1000, max = 60000)
            Duration time,

            @Key(doc = "d", value = "1KiB", min = 1024) Size size,
            @Key(doc = "d") @Nullable Integer maybe,
            @Key(doc = "d", value = "x") @Nullable String unless,
            @Key(doc = "d", value = "auto") NodeConfig.Transport word,
            @Key(doc = "d") List<Share> shares) {}

    @ParameterizedTest(name = "{0} is {1} in {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "text: 1.50 | text=1.50",
                "text: true | text=true",
                "text: yes | text=yes",
                "text: '' | text=",
                "text: \"a\\tb\" | text=a\tb",
                "whole: 10 | whole=10",
                "large: 9223372036854775807 | large=9223372036854775807",
                "large: -5 | large=-5",
                "number: 1 | number=1.0",
                "number: 2.5e-1 | number=0.25",
                "flag: true | flag=true",
                "time: 60s | time=PT1M",
                "time: 1m | time=PT1M",
                "time: '1500ms' | time=PT1.5S",
                "size: 1MiB | size=1MiB",
                "maybe: 3 | maybe=3",
                "maybe: null | maybe=null",
                "maybe: ~ | maybe=null",
                "maybe: | maybe=null",
                "unless: null | unless=null",
                "text: a | unless=x",
                "word: io_uring | word=IO_URING",
                "shares: 5% | shares=[5%]",
                "shares: [ 7%, 12.5% ] | shares=[7%, 12.5%]",
                "shares: [] | shares=[]"
            })
    void a_fitting_value_is_taken(String text, String shown) throws ConfigException {
        assertThat(Texts.bind(Values.class, text, Overrides.NONE).toString())
                .containsPattern("[\\[ ]" + java.util.regex.Pattern.quote(shown) + "[,\\]]");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "text: null | 1:7 text: null (expected: text)",
                "text: | 1:1 text: null (expected: text)",
                "text: [a] | 1:1 text: a list (expected: text)",
                "text: {a: b} | 1:1 text: a map (expected: text)",
                "whole: 0 | 1:8 whole: 0 (expected: integer from 1 to 10)",
                "whole: 11 | 1:8 whole: 11 (expected: integer from 1 to 10)",
                "whole: '5' | 1:8 whole: \"5\" (expected: integer from 1 to 10)",
                "whole: 1.0 | 1:8 whole: 1.0 (expected: integer from 1 to 10)",
                "whole: 0x5 | 1:8 whole: 0x5 (expected: integer from 1 to 10)",
                "whole: 05 | 1:8 whole: 05 (expected: integer from 1 to 10)",
                "whole: true | 1:8 whole: true (expected: integer from 1 to 10)",
                "whole: 99999999999999999999 | 1:8 whole: 99999999999999999999 (expected: integer from 1 to 10)",
                "large: 9223372036854775808 | 1:8 large: 9223372036854775808 (expected: integer)",
                "maybe: 2147483648 | 1:8 maybe: 2147483648 (expected: integer)",
                "number: -0.1 | 1:9 number: -0.1 (expected: number >= 0)",
                "number: .inf | 1:9 number: .inf (expected: number >= 0)",
                "flag: yes | 1:7 flag: yes (expected: true or false)",
                "flag: 'true' | 1:7 flag: \"true\" (expected: true or false)",
                "flag: True | 1:7 flag: True (expected: true or false)",
                "time: 10 | 1:7 time: 10, no unit ms, s, m, h or d (expected: a duration such as 250ms, 30s, 10m or 1h,"
                        + " at least 1s, at most 1m)",
                "time: 999ms | 1:7 time: 999ms (expected: a duration such as 250ms, 30s, 10m or 1h, at least 1s,"
                        + " at most 1m)",
                "time: -5s | 1:7 time: -5s, not a whole number with a unit ms, s, m, h or d (expected: a duration such as"
                        + " 250ms, 30s, 10m or 1h, at least 1s, at most 1m)",
                "size: 1023B | 1:7 size: 1023B (expected: a size such as 512B, 64KiB, 8MiB or 2GiB, at least 1KiB)",
                "size: 1kb | 1:7 size: 1kb, no unit B, KiB, MiB or GiB (expected: a size such as 512B, 64KiB, 8MiB or"
                        + " 2GiB, at least 1KiB)",
                "word: Auto | 1:7 word: Auto (expected: one of auto, io_uring, epoll, nio, did you mean auto?)",
                "shares: [5%, 101%] | 1:14 shares.1: 101%, not within 0% and 100% (expected: a share from 0% to 100%)",
                "shares: [null] | 1:10 shares.0: null (expected: a share from 0% to 100%)",
                "shares: null | 1:9 shares: null (expected: one or a list of: a share from 0% to 100%)",
                "sizes: 1KiB | 1:1 sizes: unknown key (expected: one of text, whole, large, number, flag, time, size,"
                        + " maybe, unless, word, shares, did you mean size?)",
                "zzzzzz: 1 | 1:1 zzzzzz: unknown key (expected: one of text, whole, large, number, flag, time, size,"
                        + " maybe, unless, word, shares)"
            })
    void another_value_is_refused(String text, String problem) {
        assertThat(Texts.problems(Values.class, text, Overrides.NONE)).containsExactly("conf/gateway.yaml:" + problem);
    }

    record Manifest(
            @Key(name = "$schema", doc = "For editors.") @Nullable String schema,

            @Key(doc = "What runs.", required = true) Map<String, Entry> verticles) {}

    record Entry(
            @Key(doc = "Class.", required = true) String main,
            @Key(doc = "How many.", value = "1") String instances,
            @Key(doc = "Given to it.") Map<String, Object> config) {}

    @Test
    void keys_may_have_names_that_java_lacks_and_maps_of_anything() throws ConfigException {
        var manifest = Texts.bind(Manifest.class, """
                { "$schema": "s.json", "verticles": { "a": { "main": "A", "instances": 2, "config":
                  { "s": "1", "i": 1, "l": 5000000000, "d": 1.5, "b": true, "n": null, "e": ["${env:PORT}", {"x": []}] } } } }
                """, Texts.environment(Map.of("PORT", "80")));

        assertThat(manifest.schema()).isEqualTo("s.json");
        var entry = manifest.verticles().get("a");
        assertThat(entry.instances()).isEqualTo("2");
        assertThat(entry.config())
                .containsEntry("s", "1")
                .containsEntry("i", 1)
                .containsEntry("l", 5_000_000_000L)
                .containsEntry("d", 1.5)
                .containsEntry("b", true)
                .containsEntry("n", null)
                .containsEntry("e", List.of("80", Map.of("x", List.of())));
    }

    record Strict(@Key(doc = "d", value = "a") String name) {
        Strict {
            if (name.equals("root")) {
                throw new IllegalArgumentException("root is taken");
            }
        }
    }

    record Outer(
            @Key(doc = "d") Map<String, Strict> strict,
            @Key(doc = "d") @Nullable Outer inner,
            @PolicyKeys PolicySet policies) {}

    @Test
    void an_entry_without_a_value_has_all_defaults() throws ConfigException {
        assertThat(Texts.bind(Outer.class, "strict: { a: , b: ~ }", Overrides.NONE)
                        .strict())
                .isEqualTo(Map.of("a", new Strict("a"), "b", new Strict("a")));
    }

    @Test
    void a_record_that_refuses_its_values_is_a_problem() {
        assertThat(Texts.problems(Outer.class, "strict:\n  a: { name: root }", Overrides.NONE))
                .containsExactly("conf/gateway.yaml:2:3 strict.a: root is taken");
    }

    @Test
    void policies_are_read_wherever_they_may_stand() throws ConfigException {
        var outer = Texts.bind(
                Outer.class,
                "timeout: { total: 1s }\ninner: { timeout: null, inner: { rateLimit: { rate: 1/s } } }",
                Overrides.NONE);

        assertThat(outer.policies().get("timeout", Texts.Timeout.class).total()).isEqualTo(Duration.ofSeconds(1));
        assertThat(outer.inner().policies().byKey()).isEqualTo(Map.of("timeout", Optional.empty()));
        assertThat(outer.inner()
                        .inner()
                        .policies()
                        .get("rateLimit", Texts.RateLimit.class)
                        .burst())
                .isEqualTo(10);
    }

    @Test
    void a_policy_is_checked_like_any_record() {
        assertThat(Texts.problems(
                        Outer.class,
                        "inner: { inner: { rateLimit: { burst: 1 }, timeout: 5s, limits: {} } }",
                        Overrides.NONE))
                .containsExactly(
                        "conf/gateway.yaml:1:19 inner.inner.rateLimit.rate: missing (expected: text)",
                        "conf/gateway.yaml:1:53 inner.inner.timeout: 5s (expected: a map with keys connect, total)");
    }

    @Test
    void what_has_a_problem_is_left_out_so_that_the_rest_can_be_looked_at() throws ConfigException {
        var document = ConfigDocument.parse("f.yaml", """
                version: 1
                node: { name: [] , dataDir: d }
                services: { good: { targets: "http://a:1" }, bad: { targets: 7, pool: {}, balance: { by: [] } }, worse: { pool: [] } }
                """, Overrides.NONE);
        var problems = new Problems(document);
        var config = document.bind(GatewayConfig.class, Map.of(), problems);

        assertThat(problems.list())
                .extracting(ConfigProblem::path)
                .containsExactly(
                        "node.name",
                        "services.bad.targets.url",
                        "services.bad.balance.by",
                        "services.worse.targets",
                        "services.worse.pool");
        assertThat(config.services()).containsOnlyKeys("good", "bad");
        assertThat(config.node().dataDir()).isEqualTo("d");
        assertThat(document.has(List.of("services", "bad"))).isTrue();
        assertThat(document.has(List.of("services", "none"))).isFalse();
    }

    @Test
    void a_document_of_which_nothing_is_left_throws_all_problems() throws ConfigException {
        var document = ConfigDocument.parse("f.yaml", "version: one\nnode: 1", Overrides.NONE);

        assertThatThrownBy(() -> document.bind(GatewayConfig.class, Map.of(), new Problems(document)))
                .hasMessage(
                        "f.yaml:1:10 version: one (expected: integer 1)\n"
                                + "f.yaml:2:7 node: 1 (expected: a map with keys name, pidFile, dataDir, transport, connections, startTimeout, blocked, drain)");
    }

    @Test
    void rules_across_keys_are_told_at_their_places() {
        assertThat(Texts.problems("""
                        version: 1
                        admin:
                          listen: 0.0.0.0:9900
                        listeners: { web: { listen: ":1", protocols: [], trustedProxies: 0.0.0.0/0 } }
                        services:
                          a.b: { targets: [ { url: "http://a:1", weight: 0 } ], interceptors: a.B }
                          c: { targets: "http://a:1", balance: hash }
                          d: { targets: "http://a:1", balance: { key: "header:X" } }
                        routes: { r: { to: {}, match: { method: get } } }
                        """))
                .containsExactly(
                        "conf/gateway.yaml:3:11 admin.listen: 0.0.0.0:9900 (expected: a loopback address, or at least one"
                                + " entry in admin.tokens)",
                        "conf/gateway.yaml:4:35 listeners.web.protocols: [] (expected: at least one of http1, h2c, h2, websocket, grpc, tcp, udp, forward)",
                        "conf/gateway.yaml:4:66 listeners.web.trustedProxies: 0.0.0.0/0 (expected: ranges of your own"
                                + " proxies; /0 would believe everyone)",
                        "conf/gateway.yaml:6:10 services.a.b.targets: weights sum up to 0 (expected: at least one weight"
                                + " above 0)",
                        "conf/gateway.yaml:6:71 services.a.b.interceptors: [a.B] (expected: forwarder: web-proxy, which"
                                + " runs them)",
                        "conf/gateway.yaml:7:40 services.c.balance.key: missing (expected: header:NAME or cookie:NAME,"
                                + " which by: hash needs)",
                        "conf/gateway.yaml:8:47 services.d.balance.key: header:x (expected: by: hash, the only choice that"
                                + " uses a key)",
                        "conf/gateway.yaml:9:16 routes.r.to: nowhere (expected: one of service, split, files, redirect, respond, topic and rpc)",
                        "conf/gateway.yaml:9:41 routes.r.match.method: get (expected: methods in capitals, such as GET)");
    }

    @ParameterizedTest(name = "{0} is at {1}")
    @CsvSource({
        "services, 1:1",
        "services.a.b, 2:3",
        "services.a.b.targets, 3:5",
        "services.a.b.targets.1, 3:30",
        "services.a.b.targets.1.url, 3:37",
        "services.a.b.targets.1.weight, 3:30",
        "services.a.b.targets.7, 3:5",
        "services.a.b.balance.by, 4:14",
        "services.other, 1:1",
        "routes.x.y, 1:1"
    })
    void a_place_is_that_of_the_value_or_the_nearest_key_above(String path, String place) throws ConfigException {
        var document = ConfigDocument.parse("f", """
                services:
                  a.b:
                    targets: [ "http://a:1", { url: "http://b:1" } ]
                    balance: p2c
                """, Overrides.NONE);

        assertThat(document.placeOf(path)).hasToString("f:" + place);
        assertThat(document.placeOf(new ArrayList<>(List.of("services", "a.b", "balance"))))
                .hasToString("f:4:14");
    }
}
