package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Verticles of the gateway's own that a changed manifest adds: they work as if they had been there from the start. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class LateVerticlesTest {
    @Test
    void a_registry_that_comes_later_is_served_and_counted_and_one_that_goes_is_not() throws Exception {
        try (var gateway = TestGateway.startWithAdmin("")) {
            var before = gateway.node().deployments().manifest();
            assertThat(instances(gateway)).isEqualTo(404);

            adopt(gateway, with(before, "registry"));
            assertThat(instances(gateway)).isEqualTo(200);
            assertThat(gateway.node().metrics().scrape()).contains("gatehouse_registry_services 0.0");

            adopt(gateway, before);
            assertThat(instances(gateway)).isEqualTo(404);
            adopt(gateway, with(before, "registry"));
            assertThat(instances(gateway)).isEqualTo(200);
        }
    }

    @Test
    void an_admin_API_that_comes_later_has_a_token() throws Exception {
        try (var gateway = TestGateway.start("")) {
            assertThat(gateway.home().resolve("data/admin.token")).doesNotExist();

            adopt(gateway, with(gateway.node().deployments().manifest(), "admin"));
            assertThat(redeploy(gateway)).isEqualTo(200);
        }
    }

    @Test
    void an_admin_API_whose_tokens_are_taken_away_has_one_of_its_own() throws Exception {
        try (var gateway = TestGateway.startWithAdmin(
                "admin: { listen: \"127.0.0.1:0\", tokens: { ops: { value: a-token-for-operators, role: admin } } }")) {
            assertThat(gateway.home().resolve("data/admin.token")).doesNotExist();

            gateway.reload("");
            assertThat(redeploy(gateway)).isEqualTo(200);
        }
    }

    private static void adopt(TestGateway gateway, Manifest manifest) throws Exception {
        TestGateway.await(gateway.node().adopt(manifest));
    }

    private static Manifest with(Manifest before, String name) {
        var entries = new LinkedHashMap<>(before.verticles());
        entries.put(name, Manifest.builtIn().verticles().get(name));
        return new Manifest(null, entries);
    }

    private static int instances(TestGateway gateway) throws Exception {
        return RawClient.get(gateway.adminPort(), "/registry/v1/default/services", "Connection: close")
                .status();
    }

    private static int redeploy(TestGateway gateway) throws Exception {
        var token = Files.readString(gateway.home().resolve("data/admin.token")).strip();
        try (var client = RawClient.connect(gateway.adminPort())) {
            return client.send(RawClient.request(
                            "POST",
                            "/admin/v1/verticles/http/redeploy",
                            "Authorization: Bearer " + token,
                            "Content-Length: 0"))
                    .read()
                    .status();
        }
    }
}
