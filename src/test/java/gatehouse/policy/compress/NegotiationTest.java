package gatehouse.policy.compress;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.OriginCase;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom {@code compress} sends gzip, and what the others are told (RFC 9110 §12.5.3, §12.5.5). */
class NegotiationTest extends OriginCase {
    private static final String TEXT = "all work and no play makes a gate a dull gate\n".repeat(500);

    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        return TestGateway.start("""
                services: { origin: { targets: "%s" } }
                routes: { all: { match: { path: "/**" }, to: origin, compress: { } } }
                """, origin.url());
    }

    @Override
    protected RawOrigin.Script usually() {
        return Answers.status("200 OK", TEXT, "Content-Type: text/plain", "ETag: \"1\"");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip                         | true",
                "br, GZIP                     | true",
                "gzip;q=0.001                 | true",
                "*                            | true",
                "br;q=1, *;q=0.1              | true",
                "x-gzip                       | true",
                "gzip; Q=0.5, identity;q=0.5  | true",
                "gzip;q=0                     | false",
                "gzip;q=0, *                  | false",
                "gzip;q=0.5, identity         | false",
                "gzip;q=2                     | false",
                "gzip;q=x                     | false",
                "gzipp                        | false",
                "br, deflate                  | false",
                "''                           | false"
            })
    void the_client_decides_RFC_9110_12_5_3(String accept, boolean wanted) {
        assertThat(Compress.isGzipWanted(accept)).isEqualTo(wanted);
    }

    @Test
    void of_a_list_without_end_the_beginning_counts() {
        assertThat(Compress.isGzipWanted("x;q=0.1,".repeat(99) + "gzip")).isTrue();
        assertThat(Compress.isGzipWanted("x;q=0.1,".repeat(100) + "gzip")).isFalse();
        assertThat(Compress.isGzipWanted("gzip" + ",".repeat(8000))).isTrue();
    }

    @Test
    void who_takes_no_gzip_gets_the_answer_as_it_is_and_learns_that_others_may_not() throws IOException {
        var answer = get("/");
        assertThat(answer.text()).isEqualTo(TEXT);
        assertThat(answer.header("Vary")).isEqualTo("Accept-Encoding");
        assertThat(answer.header("ETag")).isEqualTo("\"1\"");
    }

    @Test
    void head_tells_what_get_would() throws IOException {
        try (var client = gateway.client()) {
            var answer = client.send(RawClient.request("HEAD", "/", "Accept-Encoding: gzip"))
                    .read("HEAD");
            assertThat(answer.header("Content-Encoding")).isEqualTo("gzip");
            assertThat(answer.header("Content-Length")).isNull();
            assertThat(answer.header("ETag")).isEqualTo("W/\"1\"");
            assertThat(client.send(RawClient.request("GET", "/")).read().text()).isEqualTo(TEXT);
        }
    }
}
