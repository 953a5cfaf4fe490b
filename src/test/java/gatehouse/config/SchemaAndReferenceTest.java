package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SchemaAndReferenceTest {
    record Small(
            @Key(doc = "How many; `a|b`.", value = "2", min = 1, max = 9)
            int count,

            @Key(doc = "Who.", required = true) List<Who> who,
            @Key(doc = "When.") @Nullable Duration when) {}

    @ShortForm("name")
    record Who(
            @Key(doc = "Name.", required = true) String name,
            @PolicyKeys PolicySet policies) {}

    private static final Map<String, PolicyKey> KEYS =
            Map.of("limits", new PolicyKey("How large.", Texts.BodyLimit.class));

    @Test
    void the_reference_has_a_section_for_each_record() {
        assertThat(Reference.of(Small.class, KEYS)).isEqualTo("""
                        ## The file

                        | key | value | default | what it does |
                        | --- | --- | --- | --- |
                        | `count` | integer from 1 to 9 | `2` | How many; `a\\|b`. |
                        | `who` | one or a list of: [`who[]`](#who) | **required** | Who. |
                        | `when` | a duration such as 250ms, 30s, 10m or 1h |  | When. |

                        ### `who[]`

                        A value that is not a map stands for `name`.

                        | key | value | default | what it does |
                        | --- | --- | --- | --- |
                        | `name` | text | **required** | Name. |

                        Beside these, any of the [policy keys](#policies); `null` removes what a lower layer set.

                        ## Policies

                        ### `limits`

                        How large.

                        | key | value | default | what it does |
                        | --- | --- | --- | --- |
                        | `body` | a size such as 512B, 64KiB, 8MiB or 2GiB | `10MiB` | Longest body. |

                        """);
    }

    @Test
    void the_schema_of_a_small_record_says_all_it_can() throws Exception {
        var schema = new ObjectMapper().readTree(JsonSchema.of(Small.class, KEYS));
        var small = schema.at("/$defs/SchemaAndReferenceTest.Small");

        assertThat(schema.path("$schema").asText()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(small.path("additionalProperties").asBoolean(true)).isFalse();
        assertThat(small.path("required").toString()).isEqualTo("[\"who\"]");
        assertThat(small.at("/properties/count").toString())
                .isEqualTo("{\"description\":\"How many; `a|b`.\",\"anyOf\":[{\"type\":\"integer\",\"minimum\":1,"
                        + "\"maximum\":9},{\"$ref\":\"#/$defs/interpolated\"}],\"default\":2}");
        assertThat(small.at("/properties/when/anyOf").toString())
                .isEqualTo("[{\"type\":\"string\",\"pattern\":\"^[0-9]+(ms|s|m|h|d)$\"},"
                        + "{\"$ref\":\"#/$defs/interpolated\"},{\"type\":\"null\"}]");
    }

    private static boolean fits(String yaml) throws Exception {
        // without interpolation, as an editor sees it
        var plain = yaml.replace("${", "$${");
        var nothing = new Interpolation(Map.of(), Path.of(""), new HashSet<>());
        var node = YamlReader.read("f.yaml", plain, Node.Source.WRITTEN, nothing, new ArrayList<>());
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(JsonSchema.of(GatewayConfig.class, Texts.policies()))
                .validate(new ObjectMapper().valueToTree(PlainValue.of(node)))
                .isEmpty();
    }

    @Test
    void a_whole_file_fits_the_schema() throws Exception {
        assertThat(fits(GatewayFileTest.FILE)).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "node: { transport: \"${env:T:-auto}\", drain: { http: \"${env:D}\" } }",
                "accessLog: null",
                "listeners: { a: \":80\", b: { listen: \"[::1]:80\", protocols: h2c } }",
                "services: { a: { targets: { url: \"http://a\", weight: 2 }, health: { passive: null } } }",
                "services: { a: { targets: \"${env:A}\", pool: { http2: \"${env:B}\" } } }",
                "routes: { a: { to: b, limits: null, timeout: { total: 1s }, match: { header: { a: 1 }, not: { path: [/a] } } } }",
                "admin: \"127.0.0.1:9900\"",
                "services: { a: { registry: b }, c: { registry: { name: d, domain: e, version: \">=2.1 <3\", metadata: { f: g } } } }",
                "registry: { allow: [10.0.0.0/8], ttl: { default: 10s } }",
                "policies: { a: , b: { limits: {} } }"
            })
    void what_the_binder_takes_fits_the_schema(String yaml) throws Exception {
        var text = "version: 1\n" + yaml;
        var variables = Texts.environment(Map.of("D", "1s", "A", "http://a", "B", "true"));

        assertThat(Texts.problems(GatewayConfig.class, text, variables)).isEmpty();
        assertThat(fits(text)).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "noed: {}",
                "node: { naem: a }",
                "node: { transport: warp }",
                "node: { drain: { http: 10 } }",
                "node: null",
                "listeners: { a: \"80\" }",
                "listeners: { \"a/b\": \":80\" }",
                "services: { a: {} }",
                "services: { a: { targets: \"http://a:1\", registry: b } }",
                "services: { a: { registry: { domain: b } } }",
                "services: { a: { registry: { name: b, version: two } } }",
                "listeners: { a: null }",
                "services: { a: null }",
                "routes: { a: }",
                "admin: { tokens: { a: null } }",
                "services: { a: { targets: [], pool: { max: 0 } } }",
                "routes: { a: { to: b, limit: {} } }",
                "routes: { a: { to: b, timeout: 5s } }"
            })
    void what_the_binder_refuses_does_not_fit_the_schema(String yaml) throws Exception {
        var text = "version: 1\n" + yaml;

        assertThat(Texts.problems(text)).isNotEmpty();
        assertThat(fits(text)).isFalse();
    }

    @Test
    void both_are_the_same_each_time() {
        assertThat(JsonSchema.of(GatewayConfig.class, Texts.policies()))
                .isEqualTo(JsonSchema.of(GatewayConfig.class, Texts.policies()));
        assertThat(Reference.of(GatewayConfig.class, Texts.policies()))
                .isEqualTo(Reference.of(GatewayConfig.class, Texts.policies()));
    }
}
