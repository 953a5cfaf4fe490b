package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What both forwarders make of the target and the fields of a message. */
@ParameterizedClass
@EnumSource(ForwarderCase.Carrier.class)
@DisplayNameGeneration(ReplaceUnderscores.class)
class ForwarderFieldsTest extends ForwarderCase {
    @Test
    void repeated_fields_stay_repeated_in_order() throws Exception {
        serve(Answers.status("200 OK", "", "Set-Cookie: a=1; Path=/", "X-Many: 1", "Set-Cookie: b=2", "X-Many: 2"));
        var response = send(RawClient.request("GET", "/x", "X-List: 1", "Accept: a/b", "X-List: 2"));
        assertThat(response.all("Set-Cookie")).containsExactly("a=1; Path=/", "b=2");
        assertThat(response.all("X-Many")).containsExactly("1", "2");
        assertThat(received().head().all("X-List")).containsExactly("1", "2");
    }

    @Test
    void path_and_query_are_sent_in_their_canonical_spelling() throws Exception {
        serve(Answers.ok(""));
        send(RawClient.request("GET", "/a/./b/../c%20%7e?x=%2F&y=1;2&z=a+b&=&"));
        assertThat(received().target()).isEqualTo("/a/c%20~?x=%2F&y=1;2&z=a+b&=&");
    }

    @Test
    void fields_of_the_client_connection_are_not_passed_on() throws Exception {
        serve(Answers.ok(""));
        send(RawClient.request(
                "GET",
                "/x",
                "Connection: keep-alive, X-Drop",
                "X-Drop: 1",
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive",
                "Proxy-Authorization: Basic eA==",
                "TE: gzip",
                "Upgrade: websocket",
                "X-Keep: 1"));
        var head = received().head();
        assertThat(head.header("X-Keep")).isEqualTo("1");
        for (var name : List.of(
                "Connection", "X-Drop", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "TE", "Upgrade")) {
            assertThat(head.all(name)).as(name).isEmpty();
        }
    }

    @Test
    void fields_of_the_target_connection_are_not_passed_on() throws Exception {
        serve(Answers.status(
                "200 OK",
                "body",
                "Connection: X-Drop",
                "X-Drop: 1",
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive",
                "Proxy-Authenticate: Basic",
                "Upgrade: h2c",
                "X-Keep: 1"));
        var response = send(RawClient.request("GET", "/x"));
        assertThat(response.header("X-Keep")).isEqualTo("1");
        for (var name :
                List.of("Connection", "X-Drop", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Upgrade")) {
            assertThat(response.all(name)).as(name).isEmpty();
        }
        assertThat(response.text()).isEqualTo("body");
    }

    @Test
    void the_target_is_told_who_called_and_does_not_hear_the_client_s_own_account() throws Exception {
        serve(Answers.ok(""));
        var response = send(RawClient.request(
                "GET",
                "/x",
                "X-Forwarded-For: 1.2.3.4",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: evil.example",
                "Forwarded: for=1.2.3.4",
                "X-Original-URL: /admin",
                "Via: 1.0 before",
                "X-Request-Id: known-0001"));
        var head = received().head();
        assertThat(head.all("X-Forwarded-For")).containsExactly("127.0.0.1");
        assertThat(head.all("X-Forwarded-Proto")).containsExactly("http");
        assertThat(head.all("X-Forwarded-Host")).containsExactly("localhost");
        assertThat(head.all("Forwarded")).containsExactly("for=127.0.0.1;host=localhost;proto=http");
        assertThat(head.all("X-Original-URL")).isEmpty();
        assertThat(head.all("Via")).hasSize(1).first().asString().startsWith("1.0 before, 1.1 ");
        assertThat(head.all("X-Request-Id")).containsExactly("known-0001");
        assertThat(response.all("X-Request-Id")).containsExactly("known-0001");
    }

    @Test
    void the_target_sees_the_host_that_the_client_named() throws Exception {
        serve(Answers.ok(""));
        send("GET /x HTTP/1.1\r\nHost: shop.example:8080\r\n\r\n");
        assertThat(received().head().all("Host")).containsExactly("shop.example:8080");
    }

    @Test
    void the_target_sees_its_own_host_if_that_is_wanted() throws Exception {
        serve(Answers.ok(""), "retry: null, hostHeader: target");
        send(RawClient.request("GET", "/x"));
        assertThat(received().head().all("Host")).containsExactly(origin.authority());
    }
}
