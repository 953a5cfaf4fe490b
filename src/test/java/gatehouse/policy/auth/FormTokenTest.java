package gatehouse.policy.auth;

import static gatehouse.policy.auth.Tokens.claims;
import static gatehouse.policy.auth.Tokens.hs256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.Answers;
import gatehouse.testing.OriginCase;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens in forms (RFC 6750 §2.2): which are found, and that the service gets each form as it came. */
class FormTokenTest extends OriginCase {
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
    private static final String TOKEN = hs256(claims("jti", "form"));
    private static final String OTHER = hs256(claims("jti", "other"));
    private static final String LONG = "x=" + "y".repeat(2048);

    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        return TestGateway.start(
                """
                services:
                  origin: { targets: "%s" }
                  proxied: { targets: "%s", forwarder: web-proxy }
                defaults:
                  auth: { jwt: { audience: api, keys: { secret: %s }, from: { form: access_token, formBytes: 2KiB, formTime: 2s } } }
                routes:
                  form:      { match: { path: "/**" }, to: origin }
                  proxied:   { match: { path: "/proxied" }, to: proxied }
                  streaming: { match: { path: "/streaming" }, to: origin, limits: { streaming: true } }
                  small:     { match: { path: "/small" }, to: origin, limits: { body: 1KiB } }
                  none:
                    match: { path: "/none" }
                    to: origin
                    auth: { jwt: { audience: api, keys: { secret: %s } } }
                  optional:
                    match: { path: "/optional" }
                    to: origin
                    auth: { required: false, jwt: { audience: api, keys: { secret: %s }, from: { form: access_token, formBytes: 2KiB } } }
                  several:
                    match: { path: "/several" }
                    to: origin
                    auth:
                      any:
                        - jwt: { audience: other, keys: { secret: %s }, from: { form: access_token } }
                        - jwt: { audience: api, keys: { secret: %s }, from: { form: access_token } }
                """,
                origin.url(), origin.url(), Tokens.SECRET, Tokens.SECRET, Tokens.SECRET, Tokens.SECRET, Tokens.SECRET);
    }

    @Override
    protected RawOrigin.Script usually() {
        return Answers.echo();
    }

    private static String post(String target, String body, String... fields) {
        var more = Stream.concat(Stream.of(fields), Stream.of("Content-Length: " + body.length()))
                .toArray(String[]::new);
        return RawClient.request("POST", target, more) + body;
    }

    private RawResponse send(String request) throws IOException {
        try (var client = gateway.client()) {
            return client.send(request).read();
        }
    }

    private String body() throws IOException {
        return new String(origin.lastRequest().body().bytes(), StandardCharsets.ISO_8859_1);
    }

    private static String last() {
        return "access_token=" + TOKEN;
    }

    static Stream<Arguments> found() {
        return Stream.of(
                Arguments.of("alone", post("/", last(), FORM)),
                Arguments.of("among others", post("/", "a=1&" + last() + "&b=%20+%c3%a9&&=", FORM)),
                Arguments.of("with a charset", post("/", last() + "&n=\u00fc", FORM + ";charset=UTF-8")),
                Arguments.of("by an escaped name", post("/", last().replaceFirst("_", "%5F"), FORM)),
                Arguments.of("beside the same one", post("/", last() + "&s=4", FORM, "Authorization: Bearer " + TOKEN)),
                Arguments.of("in the head alone", post("/", "x=y", FORM, "Authorization: Bearer " + TOKEN)),
                Arguments.of("in capitals", post("/", last(), "content-type: Application/X-WWW-Form-Urlencoded ; a=b")),
                Arguments.of("of 2 KiB", post("/", last() + "&x=" + "y".repeat(2045 - last().length()), FORM)),
                Arguments.of("on a route that streams", post("/streaming", last() + "&s=1", FORM)),
                Arguments.of("for the second of two", post("/several", last() + "&s=2", FORM)),
                Arguments.of("through a proxy", post("/proxied", last() + "&s=3", FORM)),
                Arguments.of("with PUT", post("/", last(), FORM).replaceFirst("POST", "PUT")),
                Arguments.of("with PATCH", post("/", last(), FORM).replaceFirst("POST", "PATCH")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("found")
    void a_token_in_a_form_is_found_and_the_form_goes_on_as_it_came(String name, String request) throws IOException {
        assertThat(send(request).status()).isEqualTo(200);
        assertThat(body()).isEqualTo(request.substring(request.indexOf("\r\n\r\n") + 4));
        var sent = origin.lastRequest();
        assertThat(sent.header("Content-Length")).isEqualTo(Integer.toString(body().length()));
        assertThat(sent.header("Content-Type")).isNotNull();
    }

    static Stream<Arguments> notFound() {
        return Stream.of(
                Arguments.of("no such field", post("/", "token=" + TOKEN, FORM), 401),
                Arguments.of("beside another", post("/", last(), FORM, "Authorization: Bearer " + OTHER), 401),
                Arguments.of("beside a wrong one", post("/", last(), FORM, "Authorization: Bearer x.y.z"), 401),
                Arguments.of(
                        "a wrong one beside it", post("/", last() + "x", FORM, "Authorization: Bearer " + TOKEN), 401),
                Arguments.of("one more beside it", post("/", last() + "&access%5ftoken=x", FORM), 401),
                Arguments.of("longer, and beside it", post("/", LONG, FORM, "Authorization: Bearer " + TOKEN), 413),
                Arguments.of("two of them", post("/", last() + "&" + last(), FORM), 401),
                Arguments.of("an empty one", post("/", "access_token=", FORM), 401),
                Arguments.of("a wrong one", post("/", last() + "x", FORM), 401),
                Arguments.of("escaped", post("/", last().replace(".", "%2e"), FORM), 401),
                Arguments.of("no type", post("/", last()), 401),
                Arguments.of("another type", post("/", last(), "Content-Type: text/plain"), 401),
                Arguments.of("a longer type", post("/", last(), FORM + "x"), 401),
                Arguments.of("with GET", post("/", last(), FORM).replaceFirst("POST", "GET"), 401),
                Arguments.of("with DELETE", post("/", last(), FORM).replaceFirst("POST", "DELETE"), 401),
                Arguments.of("longer than 2 KiB", post("/", LONG, FORM), 413),
                Arguments.of("longer than bodies may be", post("/small", last() + "&x=" + "y".repeat(1024), FORM), 413),
                Arguments.of("where forms are not looked at", post("/none", last(), FORM), 401),
                Arguments.of("no body", RawClient.request("POST", "/", FORM, "Content-Length: 0"), 401));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("notFound")
    void what_is_no_token_in_a_form_is_none(String name, String request, int status) throws IOException {
        var before = origin.requests().size();
        assertThat(send(request).status()).isEqualTo(status);
        assertThat(origin.requests()).hasSize(before);
    }

    @Test
    void a_form_in_chunks_is_read_and_goes_on_in_chunks() throws IOException {
        try (var client = gateway.client()) {
            client.send(RawClient.request("POST", "/", FORM, "Transfer-Encoding: chunked"));
            for (var part : new String[] {last().substring(0, 30), last().substring(30), "&a=b"}) {
                client.send(Integer.toHexString(part.length()) + "\r\n" + part + "\r\n");
            }
            assertThat(client.send("0\r\n\r\n").read().status()).isEqualTo(200);
            assertThat(body()).isEqualTo(last() + "&a=b");
            // the connection serves on
            assertThat(client.send(post("/", last(), FORM)).read().status()).isEqualTo(200);
        }
    }

    @Test
    void one_of_unknown_length_that_is_too_long_is_413_and_one_that_does_not_come_is_408() throws IOException {
        try (var client = gateway.client()) {
            client.send(RawClient.request("POST", "/", FORM, "Transfer-Encoding: chunked"));
            assertThat(client.send("900\r\n" + "x".repeat(0x900) + "\r\n")
                            .read()
                            .status())
                    .isEqualTo(413);
        }
        try (var client = gateway.client()) {
            client.send(RawClient.request("POST", "/", FORM, "Content-Length: 900"));
            assertThat(client.send("access_to").read().status()).isEqualTo(408);
        }
    }

    @Test
    void who_waits_to_be_told_to_send_it_is_told() throws IOException {
        try (var client = gateway.client()) {
            client.send(
                    RawClient.request("POST", "/", FORM, "Content-Length: " + last().length(), "Expect: 100-continue"));
            assertThat(client.readHead().startLine()).contains(" 100 ");
            assertThat(client.send(last()).read().status()).isEqualTo(200);
            assertThat(body()).isEqualTo(last());
        }
    }

    @Test
    void one_that_breaks_its_framing_is_400_and_one_whose_client_leaves_is_forgotten() throws IOException {
        try (var client = gateway.client()) {
            client.send(RawClient.request("POST", "/", FORM, "Transfer-Encoding: chunked"));
            assertThat(client.send("5\r\nacces\r\nxyz\r\n").read().status()).isEqualTo(400);
        }
        try (var client = gateway.client()) {
            client.send(RawClient.request("POST", "/", FORM, "Content-Length: 900"));
            client.send("access_to").reset();
        }
        assertThat(send(post("/", last(), FORM)).status()).isEqualTo(200);
    }

    @Test
    void where_nobody_has_to_be_known_a_form_without_a_token_passes_if_it_can_be_looked_at() throws IOException {
        assertThat(send(post("/optional", "x=y", FORM)).status()).isEqualTo(200);
        assertThat(body()).isEqualTo("x=y");
        assertThat(send(post("/optional", LONG, FORM)).status()).isEqualTo(413);
        assertThat(send(post("/optional", LONG, "Content-Type: text/plain")).status())
                .as("no form")
                .isEqualTo(200);
    }

    @Test
    void a_form_can_t_be_hidden_from_the_service() {
        assertThatThrownBy(() -> TestGateway.start("""
                        services: { origin: { targets: "http://127.0.0.1:1" } }
                        routes:
                          all:
                            match: { path: "/**" }
                            to: origin
                            auth: { jwt: { keys: { secret: %s }, from: { form: t }, forward: false } }
                        """, Tokens.SECRET)).hasMessageContaining("true with from.form");
    }
}
