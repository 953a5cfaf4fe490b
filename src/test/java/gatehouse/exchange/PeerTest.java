package gatehouse.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.Cidr;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who the client is, by the word of proxies that are trusted. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PeerTest {
    private static final List<Cidr> PROXIES = List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("fd00::/8"));

    @ParameterizedTest(name = "Forwarded: {0} means client {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            for=192.0.2.7                                   | 192.0.2.7
            For=192.0.2.7;By=10.0.0.2                       | 192.0.2.7
            for="192.0.2.7:4711"                            | 192.0.2.7
            for="[2001:db8::7]"                             | 2001:db8::7
            for="[2001:db8::7]:4711"                        | 2001:db8::7
            for="[2001:db8::7]:_port"                       | 2001:db8::7
            for="\\192.0.2.7"                               | 192.0.2.7
            for=192.0.2.6, for=192.0.2.7                    | 192.0.2.7
            for=192.0.2.7, for=10.0.0.2, for=10.0.0.3       | 192.0.2.7
            for=192.0.2.7,,for="[fd00::1]" ,                | 192.0.2.7
            for=10.0.0.3, for=10.0.0.2                      | 10.0.0.3
            for=192.0.2.7, for=_hidden, for=10.0.0.2        | 10.0.0.2
            for=192.0.2.7, for=unknown                      | 10.0.0.1
            for=192.0.2.7, proto=https                      | 10.0.0.1
            for="192.0.2.7, for=192.0.2.8"                  | 10.0.0.1
            for="192.0.2.7                                  | 10.0.0.1
            for=192.0.2.7;for=192.0.2.8                     | 10.0.0.1
            for=192.0.2.7 x                                 | 10.0.0.1
            for="[192.0.2.7]"                               | 10.0.0.1
            for="[fe80::1%a]"                               | 10.0.0.1
            for="192.0.2.7:port"                            | 10.0.0.1
            for="[2001:db8::7"                              | 10.0.0.1
            for=                                            | 10.0.0.1
            ''                                              | 10.0.0.1
            """)
    void the_client_is_the_last_on_the_way_that_is_no_trusted_proxy(String field, String client) {
        assertThat(caller("Forwarded", field).clientAddress()).isEqualTo(client);
    }

    @ParameterizedTest(name = "X-Forwarded-For: {0} means client {1} and Forwarded {2}")
    @CsvSource(delimiter = '|', textBlock = """
            192.0.2.7                  | 192.0.2.7   | for=192.0.2.7
            192.0.2.7, 10.0.0.2        | 192.0.2.7   | for=192.0.2.7, for=10.0.0.2
            2001:db8::7                | 2001:db8::7 | for="[2001:db8::7]"
            [2001:db8::7]:4711         | 2001:db8::7 | for="[2001:db8::7]"
            192.0.2.7:4711             | 192.0.2.7   | for=192.0.2.7
            192.0.2.7, unknown         | 10.0.0.1    | for=192.0.2.7, for=unknown
            192.0.2.7, _a              | 10.0.0.1    | for=192.0.2.7, for=_a
            192.0.2.7, a;proto=https   | 10.0.0.1    | for=192.0.2.7, for=unknown
            192.0.2.7, ::1%";for=x     | 10.0.0.1    | for=192.0.2.7, for=unknown
            """)
    void a_list_of_addresses_is_told_as_Forwarded_as_well(String field, String client, String forwarded) {
        var caller = caller("X-Forwarded-For", field);
        assertThat(caller.clientAddress()).isEqualTo(client);
        assertThat(String.join(", ", caller.hops().stream().map(Hop::element).toList()))
                .isEqualTo(forwarded);
    }

    @ParameterizedTest(name = "X-Forwarded-Proto {0} and Forwarded {1} mean {2} and {3}")
    @CsvSource(delimiter = '|', textBlock = """
            https | for=a;proto=http              | https |
                  | for=a;proto=https             | https |
                  | for=a;proto=https, for=b      | http  |
                  | for=a;proto=HTTPS;host=b.test | https | b.test
            gopher| for=a;proto=https             | https |
                  | for=a;proto=gopher            | http  |
                  | for=a;host="b.test:1"         | http  | b.test:1
                  | for=a;host="b test"           | http  |
            """)
    void scheme_and_host_are_those_of_the_nearest_step(String proto, String forwarded, String scheme, String host) {
        var headers = HttpHeaders.headers().add("Forwarded", forwarded);
        if (proto != null) {
            headers.add("X-Forwarded-Proto", proto);
        }
        var caller = caller(headers);
        assertThat(caller.scheme()).isEqualTo(scheme);
        assertThat(caller.host()).isEqualTo(host);
    }

    @Test
    void a_Forwarded_that_agrees_with_the_addresses_keeps_what_else_it_says() {
        var caller = caller(HttpHeaders.headers()
                .add("X-Forwarded-For", "192.0.2.7")
                .add("Forwarded", "for=\"192.0.2.7:4711\";proto=https"));
        assertThat(caller.hops()).extracting(Hop::element).containsExactly("for=\"192.0.2.7:4711\";proto=https");
        assertThat(caller.scheme()).isEqualTo("https");
    }

    @Test
    void a_line_that_can_not_be_read_hides_what_came_before_it_and_nothing_after() {
        var caller = caller(HttpHeaders.headers()
                .add("Forwarded", "for=198.51.100.1")
                .add("Forwarded", "for=\"")
                .add("Forwarded", "for=10.0.0.2"));
        assertThat(caller.clientAddress()).isEqualTo("10.0.0.2");
        assertThat(caller.hops()).extracting(Hop::node).containsExactly("198.51.100.1", "unknown", "10.0.0.2");
    }

    @Test
    void nobody_else_is_believed() {
        var peer = Peer.of(SocketAddress.inetSocketAddress(1, "192.0.2.1"), PROXIES);
        var headers = HttpHeaders.headers()
                .add("X-Forwarded-For", "192.0.2.7")
                .add("X-Forwarded-Host", "b.test")
                .add("Forwarded", "for=192.0.2.7;proto=https");
        assertThat(peer.caller("http", headers))
                .isEqualTo(new Caller("192.0.2.1", "192.0.2.1", "http", null, List.of(), 0));
    }

    private static Caller caller(String name, String value) {
        return caller(HttpHeaders.headers().add(name, value));
    }

    private static Caller caller(MultiMap headers) {
        return Peer.of(SocketAddress.inetSocketAddress(1, "10.0.0.1"), PROXIES).caller("http", headers);
    }
}
