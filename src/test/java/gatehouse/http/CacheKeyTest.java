package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which requests have the same answer: the key, {@code Vary}, and what makes an answer out of date (RFC 9111 §2, §4.1, §4.4). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CacheKeyTest {
    private static CacheScene scene;
    private static int targets;

    @BeforeAll
    static void start() throws Exception {
        scene = CacheScene.with("{}", "cache: { variants: 3, key: 64B }");
    }

    @AfterAll
    static void stop() throws IOException {
        scene.close();
    }

    @ParameterizedTest(name = "Vary: {0}, {1} and {2}")
    @CsvSource(delimiter = '|', textBlock = """
            X-A             | X-A: 1              | X-A: 1              | true
            X-A             | X-A: 1              | X-A: 2              | false
            X-A             | X-A: 1              | X-B: 1              | false
            X-A             | X-B: 1              | X-B: 2              | true
            x-a, X-B        | X-A: 1~X-B: 2       | X-B: 2~X-A: 1       | true
            x-a, X-B        | X-A: 1~X-B: 2       | X-A: 1~X-B: 3       | false
            X-A             | X-A: 1, 2           | X-A: 1~X-A: 2       | true
            X-A             | X-A: 1,2            | X-A: 1,  2          | true
            X-A             | X-A: a              | X-A: A              | false
            Accept-Encoding | Accept-Encoding: gzip, br  | Accept-Encoding: br,gzip     | true
            Accept-Encoding | Accept-Encoding: gzip      | Accept-Encoding: GZIP;q=1.0  | true
            Accept-Encoding | Accept-Encoding: gzip      | Accept-Encoding: gzip;q=0.5  | false
            Accept-Language | Accept-Language: de, en; q=0.5 | Accept-Language: en;q=0.5,de | true
            Host            | X-A: 1              | X-A: 2              | true
            """)
    void vary_tells_answers_apart_RFC_9111_4_1(String vary, String one, String other, boolean isSame)
            throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=60", "Vary: " + vary);
        var first = scene.get(target, one.split("~"));
        assertThat(scene.get(target, other.split("~")).text().equals(first.text()))
                .isEqualTo(isSame);
        assertThat(scene.get(target, one.split("~")).text()).isEqualTo(first.text());
    }

    @Test
    void a_url_has_no_more_variants_than_are_allowed() throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=60", "Vary: X-A");
        var first = scene.get(target, "X-A: 1");
        for (var i = 2; i <= 4; i++) {
            scene.get(target, "X-A: " + i);
        }
        assertThat(scene.get(target, "X-A: 4").header("cache-status")).contains("; hit");
        var again = scene.get(target, "X-A: 1");
        assertThat(again.text()).isNotEqualTo(first.text());
        assertThat(again.header("cache-status")).contains("fwd=vary-miss");
    }

    @ParameterizedTest(name = "{0} and {1}")
    @CsvSource({
        "/key/a, /key/a, true",
        "/key/b, /key/%62, true",
        "/key/c/../d, /key/d, true",
        "/key/e, /key/E, false",
        "/key/f, /key/f?, false",
        "/key/g?a=1&b=2, /key/g?b=2&a=1, false",
        "/key/h?a=1, /key/h?a=1, true",
    })
    void the_url_in_its_normal_form_is_the_key_RFC_9111_2(String one, String other, boolean isSame) throws IOException {
        scene.answering("Cache-Control: max-age=60");
        assertThat(scene.get(one).text().equals(scene.get(other).text())).isEqualTo(isSame);
    }

    @Test
    void the_host_is_a_part_of_the_key() throws IOException {
        scene.answering("Cache-Control: max-age=60");
        var target = nextTarget();
        var first = host("a.example", target);
        assertThat(host("A.Example:80", target)).isEqualTo(first);
        assertThat(host("b.example", target)).isNotEqualTo(first);
        assertThat(host("a.example:81", target)).isNotEqualTo(first);
    }

    private static String host(String host, String target) throws IOException {
        try (var client = RawClient.connect(scene.gateway().port())) {
            return client.send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .read()
                    .text();
        }
    }

    @Test
    void what_a_client_says_of_where_it_comes_from_neither_reaches_the_service_nor_makes_a_difference()
            throws IOException {
        var target = nextTarget();
        scene.answeringBy(exchange -> exchange.reply(
                "200 OK", scene.number() + " " + exchange.header("x-forwarded-host"), "Cache-Control: max-age=60"));
        var first = scene.get(target, "X-Forwarded-Host: evil.example", "X-Original-URL: /evil");
        assertThat(first.text()).endsWith("localhost");
        assertThat(scene.get(target).text()).isEqualTo(first.text());
    }

    @Test
    void a_url_that_is_too_long_is_not_stored() throws IOException {
        scene.answering("Cache-Control: max-age=60");
        var target = "/long/" + "x".repeat(60);
        assertThat(scene.get(target).header("cache-status")).contains("fwd=bypass");
        assertThat(scene.get(target).text()).isNotEqualTo(scene.get(target).text());
    }

    @Test
    void a_get_with_a_body_is_for_the_service() throws IOException {
        scene.answering("Cache-Control: max-age=60");
        var target = nextTarget();
        scene.get(target);
        var asked = scene.asked();
        try (var client = RawClient.connect(scene.gateway().port())) {
            var fat = client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc")
                    .read();
            assertThat(fat.header("cache-status")).contains("fwd=bypass");
        }
        assertThat(scene.asked()).isEqualTo(asked + 1);
        assertThat(scene.get(target).header("cache-status")).contains("; hit");
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(delimiter = '|', textBlock = """
            POST    | 200 OK          | X-Nothing: said                          | true
            PUT     | 204 No Content  | X-Nothing: said                          | true
            DELETE  | 302 Found       | X-Nothing: said                          | true
            PATCH   | 200 OK          | X-Nothing: said                          | true
            M-SEARCH | 200 OK         | X-Nothing: said                          | true
            OPTIONS | 200 OK          | X-Nothing: said                          | false
            POST    | 400 Bad Request | X-Nothing: said                          | false
            POST    | 500 Sorry       | X-Nothing: said                          | false
            """)
    void an_unsafe_request_makes_its_target_out_of_date_RFC_9111_4_4(
            String method, String status, String field, boolean isForgotten) throws IOException {
        var target = nextTarget();
        scene.answering("Cache-Control: max-age=60");
        var first = scene.get(target);
        scene.answeringBy(exchange -> exchange.send("HTTP/1.1 " + status + "\r\n"
                + (status.startsWith("204") ? "" : "Content-Length: 0\r\n") + field + "\r\n\r\n"));
        assertThat(scene.send(method, target).header("cache-status")).contains("fwd=method");
        scene.answering("Cache-Control: max-age=60");
        assertThat(scene.get(target).text().equals(first.text())).isEqualTo(!isForgotten);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            Location: /other/%s                           | true
            Content-Location: /other/%s                   | true
            Location: http://localhost/other/%s           | true
            Location: http://LOCALHOST:80/other/%s        | true
            Location: //localhost/other/%s                | true
            Location: ../other/%s                         | true
            Location: /other/%s#part                      | true
            Location: https://localhost/other/%s          | false
            Location: http://elsewhere/other/%s           | false
            Location: http://localhost:81/other/%s        | false
            """)
    void so_is_what_its_answer_names_of_the_same_origin_RFC_9111_4_4(String field, boolean isForgotten)
            throws IOException {
        var number = ++targets;
        scene.answering("Cache-Control: max-age=60");
        var first = scene.get("/other/" + number);
        scene.answeringBy(exchange -> exchange.reply("201 Created", "", field.formatted(number)));
        scene.send("POST", "/key/" + number);
        scene.answering("Cache-Control: max-age=60");
        assertThat(scene.get("/other/" + number).text().equals(first.text())).isEqualTo(!isForgotten);
    }

    private static String nextTarget() {
        return "/key/" + ++targets;
    }
}
