package gatehouse.policy.auth;

import static gatehouse.policy.auth.Tokens.claims;
import static gatehouse.policy.auth.Tokens.hs256;
import static gatehouse.policy.auth.Tokens.now;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.OriginCase;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where a token may stand, what a service is told of it, and how it ends before its time. */
class JwtPassedOnTest extends OriginCase {
    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        return TestGateway.start("""
                services: { origin: { targets: "%s" } }
                routes:
                  secret:
                    match: { path: /secret }
                    to: origin
                    auth:
                      jwt:
                        audience: api
                        keys: [ { secret: %s } ]
                        headers: { X-User: sub, X-Roles: roles, X-Tenant: tenant.name }
                  open:
                    match: { path: /open }
                    to: origin
                    auth: { required: false, jwt: { audience: api, keys: { secret: %s }, headers: { X-User: sub } } }
                  places:
                    match: { path: /places }
                    to: origin
                    auth: { jwt: { audience: api, keys: { secret: %s }, from: { cookie: session, query: token }, forward: false } }
                """.formatted(origin.url(), Tokens.SECRET, Tokens.SECRET, Tokens.SECRET));
    }

    @Override
    protected RawOrigin.Script usually() {
        return Answers.echo();
    }

    private RawResponse with(String path, String token) throws IOException {
        return get(path, "Authorization: Bearer " + token);
    }

    @Test
    void a_service_is_told_claims_in_headers_that_only_the_gateway_writes() throws IOException {
        var token = hs256(claims("roles", List.of("a", "b"), "tenant", Map.of("name", "J\u00fcrgen & Co\r\n")));
        var answer = get(
                "/secret",
                "Authorization: Bearer " + token,
                "X-User: root",
                "x_user: root",
                "X-Other: stays",
                "Connection: x-user, keep-alive, x-tenant");
        assertThat(answer.text())
                .contains("[\"X-User\",\"alice\"]", "[\"X-Roles\",\"a,b\"]", "J%C3%BCrgen & Co%0D%0A", "X-Other")
                .doesNotContain("root");
    }

    @Test
    void whoever_comes_without_a_token_can_t_write_them_either() throws IOException {
        assertThat(get("/open", "X-User: root", "X_User: root", "X-Other: stays")
                        .text())
                .contains("X-Other")
                .doesNotContain("root");
        assertThat(with("/open", hs256(claims())).text()).contains("[\"X-User\",\"alice\"]");
        assertThat(with("/open", hs256(claims("exp", now() - 60))).status()).isEqualTo(401);
    }

    @Test
    void a_token_may_come_in_a_cookie_or_the_query_where_the_route_says_so() throws IOException {
        var token = hs256(claims());
        assertThat(get("/places", "Cookie: a=b; session=" + token).status()).isEqualTo(200);
        assertThat(get("/places?x=1&token=" + token).status()).isEqualTo(200);
        assertThat(get("/places?token=" + token + "&token=" + token).status()).isEqualTo(401);
        assertThat(get("/places", "Cookie: session=" + token + "; session=x").status())
                .isEqualTo(401);
        assertThat(get("/secret", "Cookie: session=" + token).status()).isEqualTo(401);
        assertThat(get("/secret?token=" + token).status()).isEqualTo(401);
        assertThat(with("/places", token).text()).as("forward: false").doesNotContain(token);
        assertThat(with("/secret", token).text()).contains(token);
    }

    @Test
    void a_comma_in_a_member_of_a_list_makes_no_other_member() throws IOException {
        var answer = with("/secret", hs256(claims("roles", List.of("a,admin", "b%2c", "c"))));
        assertThat(answer.text()).contains("[\"X-Roles\",\"a%2Cadmin,b%252c,c\"]");
    }

    @Test
    void a_revoked_token_is_refused_at_once_even_if_it_was_verified_before() throws IOException {
        var revocations = gateway.node().revocations();
        var one = hs256(claims("jti", "one", "sub", "dave"));
        var two = hs256(claims("jti", "two", "sub", "dave", "iat", now() - 10));
        assertThat(with("/secret", one).status()).isEqualTo(200);
        assertThat(with("/secret", two).status()).isEqualTo(200);
        revocations.revokeToken("one", Instant.now().plusSeconds(600));
        assertThat(with("/secret", one).status()).isEqualTo(401);
        assertThat(with("/secret", two).status()).isEqualTo(200);
        revocations.revokeSubject(
                "dave", Instant.now().minusSeconds(5), Instant.now().plusSeconds(600));
        assertThat(with("/secret", two).status()).isEqualTo(401);
        assertThat(with("/secret", hs256(claims("sub", "dave", "jti", "three"))).status())
                .isEqualTo(200);
    }
}
