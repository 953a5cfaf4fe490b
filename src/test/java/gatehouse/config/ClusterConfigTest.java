package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ClusterConfigTest {
    private static java.util.List<String> problems(String cluster) {
        return Texts.problems("version: 1\ncluster: { enabled: true, " + cluster + " }");
    }

    @ParameterizedTest(name = "on {0}")
    @ValueSource(
            strings = {
                "127.0.0.1:5701",
                "[::1]:5701",
                "10.1.2.3:5701",
                "172.16.0.1:1",
                "192.168.7.7:0",
                "[fd00::1]:5701"
            })
    void loopback_and_private_addresses_are_fine(String listen) {
        assertThat(problems("secret: sixteen-letters!, seeds: [\"gate1:5701\"], listen: \"" + listen + "\""))
                .isEmpty();
    }

    @ParameterizedTest(name = "on {0}")
    @ValueSource(
            strings = {
                ":5701",
                "0.0.0.0:5701",
                "[::]:5701",
                "203.0.113.7:5701",
                "172.32.0.1:5701",
                "[2001:db8::1]:5701",
                "169.254.1.1:5701",
                "gate1.example.com:5701",
                "localhost:5701"
            })
    void any_other_address_is_refused_as_members_have_no_tls(String listen) {
        assertThat(problems("secret: sixteen-letters!, listen: \"" + listen + "\""))
                .singleElement()
                .asString()
                .contains(" cluster.listen: ")
                .contains("expected: a loopback or private address, as members can't speak TLS");
    }

    @Test
    void without_a_secret_nobody_would_be_kept_out() {
        assertThat(problems("seeds: []")).singleElement().asString().contains("cluster.secret: there is none");
        assertThat(problems("secret: short"))
                .singleElement()
                .asString()
                .contains("cluster.secret: *** (expected: at least 16 characters)");
    }

    @Test
    void a_seed_needs_a_port() {
        assertThat(problems("secret: sixteen-letters!, seeds: [\"10.0.0.1:0\"]"))
                .singleElement()
                .asString()
                .contains("cluster.seeds: a port 0");
    }

    @Test
    void a_node_without_others_needs_none_of_it() {
        assertThat(Texts.problems("version: 1\ncluster: { listen: \":5701\" }")).isEmpty();
    }
}
