package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TrailersTest extends SceneCase {
    @Test
    void trailers_of_an_answer_pass_RFC_9110_6_5() throws IOException {
        var response = scene.answering(Answers.chunked(List.of("abc"), "X-Sum: 1", "X-Sum: 2", "Server-Timing: x"))
                .exchange(RawClient.request("GET", "/"));
        assertThat(response.text()).isEqualTo("abc");
        assertThat(response.body().trailers())
                .extracting(Object::toString)
                .containsExactly("X-Sum: 1", "X-Sum: 2", "Server-Timing: x");
    }

    @Test
    void trailers_that_would_frame_route_or_belong_to_the_connection_are_dropped_RFC_9110_6_5_1() throws IOException {
        var response = scene.answering(Answers.chunked(
                        List.of("abc"),
                        "Content-Length: 9",
                        "Transfer-Encoding: chunked",
                        "Host: evil.test",
                        "Connection: close",
                        "Set-Cookie: a=b",
                        "X-Sum: 1"))
                .exchange(RawClient.request("GET", "/"));
        assertThat(response.isComplete()).isTrue();
        assertThat(response.body().trailers()).extracting(Object::toString).containsExactly("X-Sum: 1");
    }

    @Test
    void two_hundred_of_them_pass_as_fields_of_a_head_do() throws IOException {
        var response = scene.answering(Answers.chunked(List.of("abc"), lines(200, "")))
                .exchange(RawClient.request("GET", "/"));
        assertThat(response.isComplete()).isTrue();
        assertThat(response.body().trailers()).hasSize(200);
    }

    @ParameterizedTest(name = "{0} lines, {1} more bytes in each")
    @CsvSource({"201, 0", "4000, 0", "100, 400", "1, 33000"})
    void an_answer_with_more_or_longer_trailers_than_a_head_may_have_fields_is_not_whole(int count, int bytes)
            throws IOException {
        scene.answering(Answers.chunked(List.of("abc"), lines(count, "y".repeat(bytes))));
        var response = scene.exchange(RawClient.request("GET", "/"));
        assertThat(response.status() == 502 || !response.isComplete()).isTrue();
        scene.lastRequest().connection().awaitClosed();
    }

    private static String[] lines(int count, String more) {
        return IntStream.range(0, count).mapToObj(i -> "x-" + i + ": " + more).toArray(String[]::new);
    }

    @Test
    void a_client_of_HTTP_1_0_gets_the_body_without_them() throws IOException {
        scene.answering(Answers.chunked(List.of("abc"), "X-Sum: 1"));
        var response = scene.exchange("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
        assertThat(response.text()).isEqualTo("abc");
    }
}
