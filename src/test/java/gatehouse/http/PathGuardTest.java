package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A path has one reading: the one by which its route was found, whose policies run, and that the target gets. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PathGuardTest {
    private static Scene scene;

    /** The guard of {@code /admin} is that a body there may have no more than one byte. */
    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("""
                services: { origin: { targets: "%s", pool: { max: 1 } } }
                routes:
                  all:   { match: { path: "/**" }, to: origin }
                  admin: { match: { path: "/admin/**" }, to: origin, limits: { body: 1B } }
                  api:   { match: { path: "/api/{id}/**" }, to: origin, limits: { body: 1B } }
                """);
    }

    @AfterAll
    static void stop() throws IOException {
        scene.close();
    }

    @AfterEach
    void the_next_request_is_served() throws IOException {
        scene.stillServes();
    }

    private static String post(String target) {
        return RawClient.request("POST", target, "Content-Length: 2") + "hi";
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "/admin/x",
                "/admin",
                "//admin/x",
                "/./admin/x",
                "/x/../admin/x",
                "/x/./..//admin/x",
                "/%61dmin/x",
                "/%61%64%6D%69%6e/x",
                "/x/%2e%2e/admin/x",
                "/x/.%2E/admin/x",
                "/admin/y/../x",
                "/admin//x",
                "/admin/x?a=/../..",
                "http://localhost/admin/x",
                "http://localhost//x/../admin/x",
            })
    void a_guard_is_not_got_around_by_another_spelling_RFC_3986_6_2_2(String target) throws IOException {
        Refusals.assertRefused(scene, post(target), 413);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "/%2561dmin/x",
                "/%252e%252e/admin",
                "/x\\..\\admin\\x",
                "/x%5c..%5cadmin/x",
                "/%2fadmin/x",
                "/x/..%2fadmin/x",
                "/x/..;/admin/x",
                "/admin;a=b/../../admin/..;/x",
                "/%c0%afadmin/x",
                "/%c0%ae%c0%ae/admin/x",
                "/%e0%80%afadmin/x",
                "/admin%00/x",
            })
    void what_somebody_else_might_read_as_guarded_goes_nowhere(String target) throws IOException {
        Refusals.assertRefused(scene, post(target), 400);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {"/ADMIN/x", "/admin./x", "/admin::$DATA", "/admins/x", "/admin../x", "/admin;a=b/x", "/x/admin"})
    void another_name_is_another_name(String target) throws IOException {
        assertThat(scene.exchange(post(target)).status()).isEqualTo(200);
        assertThat(scene.lastRequest().target()).isEqualTo(target);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"/%ef%bc%8fadmin/x", "/%e2%80%a5/admin/x", "/%ef%bc%8e%ef%bc%8e/admin"})
    void characters_that_only_look_like_a_slash_or_dots_are_none(String target) throws IOException {
        assertThat(scene.exchange(post(target)).status()).isEqualTo(200);
        assertThat(scene.lastRequest().target()).isEqualToIgnoringCase(target);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"/api../admin", "/apis/1", "/api", "/api.", "/api/", "/api%2e%2e/1", "/api;/1"})
    void a_route_ends_where_a_segment_ends(String target) throws Exception {
        try (var other = Scene.start("""
                services: { origin: { targets: "%s" } }
                routes:   { api: { match: { path: "/api/{id}/**" }, to: origin } }
                """)) {
            assertThat(other.exchange(RawClient.request("GET", target)).status())
                    .isIn(404, 400);
            assertThat(other.bytesAtOrigin()).isZero();
            assertThat(other.exchange(RawClient.request("GET", "/api/1")).status())
                    .isEqualTo(200);
        }
    }

    /** There are no regular expressions in a route, so none can run away. */
    @ParameterizedTest(name = "{0} times a")
    @ValueSource(ints = {30, 1000, 8000})
    void a_path_that_almost_matches_is_as_quick_as_any(int length) throws IOException {
        var target = "/api/" + "a".repeat(length) + "!";
        var before = System.nanoTime();
        var request = "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi";
        Refusals.assertRefused(scene, request, 413);
        assertThat(System.nanoTime() - before).isLessThan(2_000_000_000L);
    }
}
