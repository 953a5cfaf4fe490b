package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class Http10Test extends SceneCase {
    @Test
    void a_request_goes_on_in_HTTP_1_1_and_says_where_it_came_from_RFC_9110_7_6_3() throws IOException {
        try (var client = scene.client()) {
            var response =
                    client.send("GET /x HTTP/1.0\r\nHost: a.test\r\n\r\n").read();
            assertThat(response.text()).isEqualTo("hello");
            assertThat(client.closedByPeer()).isTrue();
        }
        assertThat(scene.lastRequest().head().startLine()).isEqualTo("GET /x HTTP/1.1");
        assertThat(scene.lastRequest().header("via")).isEqualTo("1.0 gatehouse");
        assertThat(scene.lastRequest().header("host")).isEqualTo("a.test");
    }

    @Test
    void a_connection_is_kept_when_asked_and_the_length_is_known_RFC_9112_9_3() throws IOException {
        try (var client = scene.client()) {
            var request = "GET /x HTTP/1.0\r\nHost: a.test\r\nConnection: keep-alive\r\n\r\n";
            var response = client.send(request).read();
            assertThat(response.header("connection")).isEqualToIgnoringCase("keep-alive");
            assertThat(response.text()).isEqualTo("hello");
            assertThat(client.send(request).read().text()).isEqualTo("hello");
        }
    }

    @ParameterizedTest(name = "RFC 9112 §6.3: request with {0}")
    @ValueSource(strings = {"X-None: 1", "Connection: keep-alive"})
    void a_body_of_unknown_length_ends_with_the_connection(String field) throws IOException {
        scene.answering(Answers.chunked(List.of("hel", "lo")));
        try (var client = scene.client()) {
            client.send("GET /x HTTP/1.0\r\nHost: a.test\r\n" + field + "\r\n\r\n");
            var head = client.readHead();
            assertThat(head.header("transfer-encoding")).isNull();
            assertThat(head.header("content-length")).isNull();
            assertThat(head.header("connection")).isNotEqualTo("keep-alive");
            assertThat(client.readAllText()).isEqualTo("hello");
        }
    }

    @Test
    void a_body_that_breaks_off_ends_with_a_reset_RFC_9112_8() throws IOException {
        scene.answering(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            exchange.hang();
        });
        try (var client = scene.client()) {
            client.send("GET /x HTTP/1.0\r\nHost: a.test\r\n\r\n");
            client.readHead();
            assertThat(client.readBytes(3)).hasSize(3);
            scene.lastRequest().connection().reset();
            // the end of the connection is the end of the body: a clean one would make it look whole
            assertThat(client.resetByPeer()).isTrue();
        }
    }

    @Test
    void a_transfer_coding_is_refused_RFC_9112_6_1() throws IOException {
        Refusals.assertRefused(
                scene, "POST /x HTTP/1.0\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    }

    @Test
    void a_body_with_a_length_passes() throws IOException {
        assertThat(scene.exchange("POST /x HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi")
                        .status())
                .isEqualTo(200);
        assertThat(scene.lastRequest().body().text()).isEqualTo("hi");
    }

    @Test
    void a_refusal_ends_a_connection_that_was_to_be_kept() throws IOException {
        Refusals.assertRefused(scene, "GET /%00 HTTP/1.0\r\nHost: a.test\r\nConnection: keep-alive\r\n\r\n", 400);
    }
}
