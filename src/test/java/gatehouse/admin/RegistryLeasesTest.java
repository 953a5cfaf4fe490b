package gatehouse.admin;

import static gatehouse.admin.AdminClient.JSON;
import static gatehouse.admin.AdminClient.object;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leases that are named, in the query or in the body: nobody acts under one that is over. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RegistryLeasesTest extends RegistryCase {
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"query", "body"})
    void an_older_lease_is_409_wherever_it_stands(String where) throws Exception {
        var path = path();
        var old = object(put(path, "{\"address\":\"10.0.0.1:80\"}")).getLong("lease");
        var lease = object(put(path, "{\"address\":\"10.0.0.2:80\"}")).getLong("lease");
        assertThat(lease).isGreaterThan(old);

        assertThat(fenced("PUT", path, where, old, "\"address\":\"10.0.0.1:80\""))
                .isEqualTo(409);
        assertThat(fenced("PUT", path + "/heartbeat", where, old, "")).isEqualTo(409);
        assertThat(fenced("DELETE", path, where, old, "")).isEqualTo(409);
        assertThat(object(ask("GET", path, "")).getString("address")).isEqualTo("10.0.0.2:80");

        assertThat(fenced("PUT", path, where, lease, "\"address\":\"10.0.0.2:80\""))
                .isEqualTo(200);
        assertThat(fenced("PUT", path + "/heartbeat", where, lease, "")).isEqualTo(200);
        assertThat(fenced("DELETE", path, where, lease, "")).isEqualTo(204);
    }

    private int fenced(String method, String path, String where, long lease, String fields) throws Exception {
        var inBody = where.equals("body") ? "\"lease\":" + lease + (fields.isEmpty() ? "" : ",") : "";
        var body = inBody.isEmpty() && fields.isEmpty() ? "" : "{" + inBody + fields + "}";
        return ask(method, path + (where.equals("query") ? "?lease=" + lease : ""), body, JSON)
                .status();
    }

    @Test
    void a_lease_that_is_none_or_two_is_refused() throws Exception {
        var path = path();
        var body = "{\"address\":\"10.0.0.1:80\"}";
        var lease = object(put(path, body)).getLong("lease");

        assertThat(put(path + "?lease=x", body).status()).isEqualTo(400);
        assertThat(put(path + "?lease=0", body).status()).isEqualTo(422);
        assertThat(put(path + "?lease=" + lease, "{\"address\":\"10.0.0.1:80\",\"lease\":7}")
                        .status())
                .isEqualTo(400);
        assertThat(ask("PUT", path + "/heartbeat?lease=x", "").status()).isEqualTo(400);
        assertThat(ask("PUT", path + "/heartbeat", "{\"lease\":\"x\"}", JSON).status())
                .isEqualTo(422);
        assertThat(ask("DELETE", path, "{\"leese\":1}", JSON).status()).isEqualTo(422);
        assertThat(ask("DELETE", path, "{", JSON).status()).isEqualTo(400);
        assertThat(ask("DELETE", path, "{\"lease\":1}", "Content-Type: application/x-www-form-urlencoded")
                        .status())
                .as("as curl says it")
                .isEqualTo(409);
        assertThat(ask("DELETE", path, "{\"lease\":1}", "Content-Type: text/plain")
                        .status())
                .isEqualTo(415);
        assertThat(ask("GET", path, "").status()).isEqualTo(200);
    }
}
