package gatehouse.admin;

import static gatehouse.admin.AdminClient.JSON;
import static gatehouse.admin.AdminClient.bearer;
import static gatehouse.admin.AdminClient.object;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be done to one target over the admin API. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TargetsApiTest {
    private static String token(TestGateway gateway) throws IOException {
        return bearer(
                Files.readString(gateway.home().resolve("data/admin.token")).strip());
    }

    @Test
    void the_last_weight_of_a_service_can_not_be_taken() throws Exception {
        try (var gateway = TestGateway.startWithAdmin("""
                services: { users: { targets: [ "http://127.0.0.1:1", { url: "http://127.0.0.1:2", weight: 3 } ] } }
                """)) {
            var admin = AdminClient.of(gateway);
            var token = token(gateway);
            var targets = "/admin/v1/services/users/targets/127.0.0.1:";
            assertThat(admin.send("PUT", targets + 1, "{\"weight\":0}", token, JSON)
                            .status())
                    .isEqualTo(200);
            var refused = admin.send("PUT", targets + 2, "{\"weight\":0}", token, JSON);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(object(refused).getString("detail")).contains("users", "127.0.0.1:2");
            assertThat(admin.send("PUT", targets + 3, "{\"weight\":0}", token, JSON)
                            .status())
                    .isEqualTo(404);
            assertThat(admin.json("/admin/v1/services/users")
                            .getJsonArray("targets")
                            .getJsonObject(1)
                            .getInteger("weight"))
                    .isEqualTo(3);
        }
    }

    @Test
    void draining_a_target_keeps_new_requests_from_it() throws Exception {
        try (var first = RawOrigin.answering("first");
                var second = RawOrigin.answering("second");
                var gateway = TestGateway.startWithAdmin("""
                        services: { s: { targets: [ "%s", "%s" ] } }
                        routes:   { r: { match: { path: "/**" }, to: s } }
                        """, first.url(), second.url())) {
            var admin = AdminClient.of(gateway);
            var token = token(gateway);
            var path = "/admin/v1/services/s/targets/" + first.authority().replace(":", "%3A");
            for (var i = 0; i < 4; i++) {
                assertThat(RawClient.get(gateway.port(), "/").status()).isEqualTo(200);
            }
            assertThat(first.requests()).hasSize(2);
            var drained = admin.send("PUT", path, "{\"state\":\"draining\"}", token, JSON);
            assertThat(drained.status()).isEqualTo(200);
            assertThat(object(drained).getString("id")).isEqualTo(first.authority());
            assertThat(object(drained).getString("state")).isEqualTo("draining");
            for (var i = 0; i < 6; i++) {
                assertThat(RawClient.get(gateway.port(), "/").text()).isEqualTo("second");
            }
            assertThat(first.requests()).hasSize(2);
            admin.send("PUT", path, "{\"state\":\"up\",\"weight\":7}", token, JSON);
            var targets = admin.json("/admin/v1/services/s").getJsonArray("targets");
            assertThat(targets.getJsonObject(0).getString("state")).isEqualTo("up");
            assertThat(targets.getJsonObject(0).getInteger("weight")).isEqualTo(7);
            assertThat(RawClient.get(gateway.port(), "/").text()).isEqualTo("first");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"s, 127.0.0.1:2", "s, 127.0.0.1:1%2F127.0.0.1", "none, 127.0.0.1:1"})
    void a_target_that_is_not_there_is_404(String service, String id) throws Exception {
        try (var gateway = TestGateway.startWithAdmin("services: { s: { targets: \"http://127.0.0.1:1\" } }")) {
            var token = token(gateway);
            var path = "/admin/v1/services/" + service + "/targets/" + id;
            var response = AdminClient.of(gateway).send("PUT", path, "{\"weight\":1}", token, JSON);
            assertThat(response.status()).isEqualTo(404);
            assertThat(object(response).getString("detail"))
                    .contains(service.equals("s") ? "no target of this id" : "no service of this name");
        }
    }
}
