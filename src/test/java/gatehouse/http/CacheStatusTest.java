package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawResponse;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What answers say of what the cache did (RFC 9211). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheStatusTest {
    private static final String NAME = "\\S+";

    private static CacheScene scene;
    private static int targets;

    @BeforeAll
    static void start() throws Exception {
        scene = CacheScene.with("{ failed: 30s, stale: { error: 1m } }");
    }

    @AfterAll
    static void stop() throws IOException {
        scene.close();
    }

    private static String nextTarget() {
        return "/status/" + ++targets;
    }

    private static void says(RawResponse answer, String status) {
        var all = answer.all("cache-status");
        assertThat(all).hasSize(1);
        assertThat(all.get(0)).matches(NAME + status);
    }

    @Test
    void it_tells_what_was_done_behind_what_caches_nearer_to_the_service_did_RFC_9211_2() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=60", "Cache-Status: inner; hit");
        var first = scene.get(target);
        assertThat(first.all("cache-status"))
                .satisfiesExactly(
                        inner -> assertThat(inner).isEqualTo("inner; hit"),
                        own -> assertThat(own).matches(NAME + "; fwd=uri-miss; fwd-status=200; ttl=(5\\d|60); stored"));
        var second = scene.get(target, "X-Cache-Debug: 1");
        assertThat(second.all("cache-status"))
                .satisfiesExactly(
                        inner -> assertThat(inner).isEqualTo("inner; hit"),
                        own -> assertThat(own)
                                .matches(NAME + "; hit; ttl=(5\\d|60); key=\"http://localhost/status/\\d+\""));
    }

    @ParameterizedTest(name = "{0} {1} after {2}")
    @CsvSource(delimiter = '|', textBlock = """
            GET  | X-A: 1                    | Cache-Control: max-age=60             | ; hit; ttl=[56]\\d
            GET  | Cache-Control: max-stale  | Cache-Control: max-age=10~Age: 20     | ; hit; ttl=-1\\d
            GET  | Cache-Control: no-cache   | Cache-Control: max-age=60             | ; fwd=request; fwd-status=200; ttl=[56]\\d; stored
            GET  | Cache-Control: max-age=5  | Cache-Control: max-age=60~Age: 20     | ; fwd=request; fwd-status=200; ttl=[34]\\d; stored
            GET  | X-A: 1                    | Cache-Control: max-age=10~Age: 20~ETag: "a" | ; fwd=stale; fwd-status=200; ttl=-1\\d; stored
            GET  | X-A: 2                    | Cache-Control: max-age=60~Vary: X-A   | ; fwd=vary-miss; fwd-status=200; ttl=[56]\\d; stored
            GET  | X-A: 1                    | Cache-Control: no-store               | ; fwd=uri-miss; fwd-status=200
            GET  | If-Match: "a"             | Cache-Control: max-age=60             | ; fwd=bypass; fwd-status=200
            GET  | Range: bytes=0-1          | Cache-Control: no-store               | ; fwd=partial; fwd-status=200
            HEAD | X-A: 1                    | Cache-Control: no-store               | ; fwd=uri-miss; fwd-status=200
            HEAD | X-A: 1                    | Cache-Control: max-age=60             | ; hit; ttl=[56]\\d
            POST | X-A: 1                    | Cache-Control: max-age=60             | ; fwd=method; fwd-status=200
            """)
    void it_says_whether_the_request_went_on_and_why(String method, String field, String stored, String status)
            throws IOException {
        var target = nextTarget();
        scene.answering(stored.split("~", -1));
        scene.get(target, "X-A: 1");
        says(scene.send(method, target, field), status);
    }

    @Test
    void it_is_on_answers_of_the_gateway_itself_too() throws IOException {
        var target = nextTarget();
        scene.answeringBy(Answers.closeBeforeAnswer());
        says(scene.get(target), "; fwd=uri-miss");
        says(scene.get(target), "; detail=upstream-reset");
        says(scene.get(target, "Cache-Control: only-if-cached"), "; detail=only-if-cached");
        says(scene.send("POST", target), "; fwd=method");
    }

    @Test
    void it_is_on_what_is_told_of_an_answer_that_broke_off_before_its_body_and_was_not_stored() throws IOException {
        for (var field : List.of("Cache-Control: max-age=60", "Cache-Control: no-store")) {
            scene.answeringBy(exchange -> {
                exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n" + field + "\r\n\r\n");
                exchange.close();
            });
            says(scene.get(nextTarget()), "; fwd=uri-miss; fwd-status=200");
        }
    }

    @Test
    void a_stale_answer_in_the_place_of_one_that_did_not_come_is_no_hit() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=10", "Age: 20");
        scene.get(target);
        scene.answeringBy(Answers.closeBeforeAnswer());
        says(scene.get(target), "; fwd=stale; ttl=-1\\d");
        says(scene.get(target), "; hit; ttl=-1\\d"); // nobody was asked again
    }

    @Test
    void a_part_that_is_not_there_says_it_too() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=60");
        scene.get(target);
        says(scene.get(target, "Range: bytes=1000-"), "; hit; ttl=(5\\d|60)");
    }
}
