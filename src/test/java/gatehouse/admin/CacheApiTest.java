package gatehouse.admin;

import static gatehouse.admin.AdminClient.JSON;
import static gatehouse.admin.AdminClient.bearer;
import static gatehouse.admin.AdminClient.object;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the operator sees of the response cache, and how it is told to forget. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheApiTest {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final AtomicInteger ANSWERS = new AtomicInteger();

    private static RawOrigin origin;
    private static TestGateway gateway;
    private static AdminClient admin;

    @BeforeAll
    static void start() throws Exception {
        origin = RawOrigin.answering(exchange -> {
            var tag = exchange.target().substring(1, 2);
            exchange.reply(
                    "200 OK",
                    "answer " + ANSWERS.incrementAndGet(),
                    "Cache-Control: max-age=60, stale-while-revalidate=60",
                    "Surrogate-Key: all-" + tag + " x-" + tag,
                    "Cache-Tag: tag " + tag + ", more");
        });
        gateway = TestGateway.startWithAdmin("""
                admin: { listen: "127.0.0.1:0", tokens: { ops: { value: "%s", role: admin } } }
                services: { origin: { targets: "%s" } }
                routes:   { all: { match: { path: "/**" }, to: origin, cache: { tags: [ours] } } }
                """, TOKEN, origin.url());
        admin = AdminClient.of(gateway);
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        origin.close();
    }

    @BeforeEach
    void nothingIsStored() throws IOException {
        purge("{\"all\":true}");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            {"urls":["http://localhost/a/1"]}          | 1 | true  | false
            {"urls":["HTTP://LOCALHOST:80/a/%31"]}     | 1 | true  | false
            {"urls":["http://localhost/a"]}            | 0 | false | false
            {"urls":["https://localhost/a/1"]}         | 0 | false | false
            {"urls":["http://localhost/a/1?x=1"]}      | 0 | false | false
            {"prefix":"http://localhost/a/"}           | 1 | true  | false
            {"prefix":"http://localhost"}              | 2 | true  | true
            {"prefix":"http://elsewhere/"}             | 0 | false | false
            {"tags":["ours"]}                          | 2 | true  | true
            {"tags":["all-a"]}                         | 1 | true  | false
            {"tags":["x-a","x-b"]}                     | 2 | true  | true
            {"tags":["tag b"]}                         | 1 | false | true
            {"tags":["nobody's"]}                      | 0 | false | false
            {"all":true}                               | 2 | true  | true
            """)
    void what_is_purged_is_fetched_anew(String body, int count, boolean isOneGone, boolean isOtherGone)
            throws IOException {
        var one = get("/a/1");
        var other = get("/b/2");
        assertThat(object(purge(body)).getInteger("purged")).isEqualTo(count);
        assertThat(get("/a/1").text().equals(one.text())).isEqualTo(!isOneGone);
        assertThat(get("/b/2").text().equals(other.text())).isEqualTo(!isOtherGone);
    }

    @Test
    void what_is_purged_softly_is_stale_and_served_while_it_is_fetched_anew() throws IOException {
        var first = get("/a/1");
        assertThat(object(purge("{\"all\":true,\"soft\":true}")).getInteger("purged"))
                .isEqualTo(1);
        var second = get("/a/1");
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("cache-status")).contains("; hit; ttl=");
        assertThat(admin.json("/admin/v1/cache", bearer(TOKEN)).getLong("staleHits"))
                .isPositive();
    }

    @Test
    void what_it_holds_and_has_done_is_shown() throws IOException {
        var before = admin.json("/admin/v1/cache", bearer(TOKEN));
        get("/a/1");
        get("/a/1");
        var after = admin.json("/admin/v1/cache", bearer(TOKEN));
        assertThat(after.getLong("hits")).isEqualTo(before.getLong("hits") + 1);
        assertThat(after.getLong("misses")).isEqualTo(before.getLong("misses") + 1);
        assertThat(after.getLong("stored")).isEqualTo(before.getLong("stored") + 1);
        assertThat(after.getLong("bytes"))
                .isGreaterThan(before.getLong("bytes"))
                .isLessThan(64 << 20);
        assertThat(admin.get("/metrics").text())
                .contains("gatehouse_cache_hits_total " + after.getLong("hits") + ".0")
                .contains("gatehouse_cache_bytes ");
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', textBlock = """
            {}                          | 422
            {"soft":true}               | 422
            {"all":"yes"}               | 422
            {"tags":"ours"}             | 422
            {"tags":[1]}                | 422
            {"urls":["/a"]}             | 422
            {"urls":["ftp://a/b"]}      | 422
            {"everything":true}         | 422
            {"all":tru                  | 400
            """)
    void what_says_nothing_clear_purges_nothing(String body, int status) throws IOException {
        var first = get("/a/1");
        assertThat(purge(body).status()).isEqualTo(status);
        assertThat(get("/a/1").text()).isEqualTo(first.text());
    }

    @Test
    void a_purge_needs_the_token_of_an_admin() throws IOException {
        assertThat(admin.send("POST", "/admin/v1/cache/purge", "{\"all\":true}", JSON)
                        .status())
                .isEqualTo(401);
    }

    private static RawResponse purge(String body) throws IOException {
        return admin.send("POST", "/admin/v1/cache/purge", body, JSON, bearer(TOKEN));
    }

    private static RawResponse get(String target) throws IOException {
        return RawClient.get(gateway.port(), target);
    }
}
