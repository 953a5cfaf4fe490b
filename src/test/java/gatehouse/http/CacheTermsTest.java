package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a route says of storing, and what its services' words count beside that. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheTermsTest {
    private static final String SOME_TIME_AGO = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT";

    private static final List<String> ROUTES = List.of(
            "1m",
            "{ negative: 1m }",
            "{ heuristic: 10% }",
            "{ ttl: 1m, force: true }",
            "{ ttl: 1m, lock: none }",
            "{ refresh: 80% }");

    private static CacheScene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = CacheScene.withEach(ROUTES);
    }

    @AfterAll
    static void stop() throws IOException {
        scene.close();
    }

    @ParameterizedTest(name = "{0}: {1} {2} {3}")
    @CsvSource(delimiter = '|', textBlock = """
            1m                   | 200 OK        | X-A: 1                     | X-B: 1               | true
            1m                   | 200 OK        | Cache-Control: public      | Cookie: a=b          | true
            1m                   | 200 OK        | X-A: 1                     | Cookie: a=b          | false
            1m                   | 200 OK        | X-A: 1                     | Authorization: a     | false
            1m                   | 200 OK        | Set-Cookie: a=b            | X-B: 1               | false
            1m                   | 200 OK        | Cache-Control: no-store    | X-B: 1               | false
            1m                   | 200 OK        | Cache-Control: private     | X-B: 1               | false
            1m                   | 200 OK        | Cache-Control: max-age=0   | X-B: 1               | false
            1m                   | 200 OK        | Expires: 0                 | X-B: 1               | false
            1m                   | 301 Moved     | X-A: 1                     | X-B: 1               | true
            1m                   | 302 Found     | X-A: 1                     | X-B: 1               | false
            1m                   | 404 Not Found | X-A: 1                     | X-B: 1               | false
            1m                   | 500 Sorry     | X-A: 1                     | X-B: 1               | false
            { negative: 1m }     | 404 Not Found | X-A: 1                     | X-B: 1               | true
            { negative: 1m }     | 500 Sorry     | X-A: 1                     | X-B: 1               | false
            { negative: 1m }     | 200 OK        | X-A: 1                     | X-B: 1               | false
            { heuristic: 10% }   | 200 OK        | SOME_TIME_AGO              | X-B: 1               | true
            { heuristic: 10% }   | 200 OK        | X-A: 1                     | X-B: 1               | false
            { heuristic: 10% }   | 404 Not Found | SOME_TIME_AGO              | X-B: 1               | false
            { heuristic: 10% }   | 503 Sorry     | SOME_TIME_AGO              | X-B: 1               | false
            { heuristic: 10% }   | 599 Whatever  | SOME_TIME_AGO              | X-B: 1               | false
            { heuristic: 10% }   | 599 Whatever  | SOME_TIME_AGO~Cache-Control: public | X-B: 1      | true
            """)
    void what_a_service_leaves_open_the_route_says(
            String cache, String status, String field, String request, boolean isReused) throws Exception {
        assertThat(isReused(cache, status, field, request)).isEqualTo(isReused);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "Cache-Control: no-store",
        "Cache-Control: private",
        "'Cache-Control: no-cache, max-age=0'",
        "Expires: 0"
    })
    void force_overrules_what_a_service_says(String field) throws Exception {
        assertThat(isReused("{ ttl: 1m, force: true }", "200 OK", field, "X-B: 1"))
                .isTrue();
        assertThat(isReused("{ ttl: 1m, force: true }", "200 OK", field, "Cookie: a=b"))
                .isTrue();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "Cache-Control: max-age=60, Authorization: a",
        "Set-Cookie: a=b, X-B: 1",
        "Vary: *, X-B: 1",
    })
    void force_never_shares_what_is_for_one_alone(String field, String request) throws Exception {
        assertThat(isReused("{ ttl: 1m, force: true }", "200 OK", field, request))
                .isFalse();
    }

    @Test
    void what_is_in_use_is_fetched_anew_before_it_expires() throws Exception {
        var target = "/" + ROUTES.indexOf("{ refresh: 80% }") + "/hot";
        var before = scene.asked();
        scene.answering("Cache-Control: max-age=1000", "Age: 850");
        var first = scene.get(target);
        scene.answering("Cache-Control: max-age=1000");
        for (var use = 0; use < 3; use++) { // in use, and that is why there is another one soon
            assertThat(scene.get(target).text()).isEqualTo(first.text());
        }
        Waiting.until("the new one", () -> !text(target).equals(first.text()));
        assertThat(scene.asked()).isEqualTo(before + 2);
        assertThat(scene.get(target).header("cache-status")).contains("; hit");
    }

    @Test
    void what_nobody_uses_is_let_go() throws Exception {
        var target = "/" + ROUTES.indexOf("{ refresh: 80% }") + "/cold";
        var before = scene.asked();
        var refreshes = scene.gateway().node().cache().sample().refreshes();
        scene.answering("Cache-Control: max-age=1000", "Age: 850");
        scene.get(target);
        scene.get(target);
        assertThat(scene.gateway().node().cache().sample().refreshes()).isEqualTo(refreshes);
        assertThat(scene.asked()).isEqualTo(before + 1);
    }

    private static String text(String target) {
        try {
            return scene.get(target).text();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void each_for_itself_where_the_route_says_so() throws Exception {
        assertThat(isReused("{ ttl: 1m, lock: none }", "200 OK", "X-A: 1", "X-B: 1"))
                .isTrue();
    }

    @Test
    void a_service_behind_interceptors_is_not_cached() {
        assertThatThrownBy(() -> TestGateway.start("""
                        services: { origin: { targets: "http://127.0.0.1:1", forwarder: web-proxy } }
                        routes:   { all: { match: { path: "/**" }, to: origin, cache: 1m } }
                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("forwarder web-proxy")
                .hasMessageContaining("forwarder own");
    }

    @Test
    void force_without_a_ttl_is_a_mistake() {
        assertThatThrownBy(() -> TestGateway.start("""
                        services: { origin: { targets: "http://127.0.0.1:1" } }
                        routes:   { all: { match: { path: "/**" }, to: origin, cache: { force: true } } }
                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cache.force: true without ttl");
    }

    private static boolean isReused(String cache, String status, String field, String request) throws Exception {
        var lines = field.replace("SOME_TIME_AGO", SOME_TIME_AGO).split("~", -1);
        var number = scene.number();
        var target = "/" + ROUTES.indexOf(cache) + "/" + number.replace(' ', '-');
        scene.answeringBy(exchange -> exchange.reply(status, number + exchange.hashCode(), lines));
        var first = scene.get(target, request);
        var others = Arrays.asList(scene.get(target), scene.get(target));
        return others.stream().allMatch(other -> other.text().equals(first.text()));
    }
}
