package gatehouse.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The origin and the client against each other: what one sends is, byte for byte, what the other shows. */
@Timeout(30)
@DisplayNameGeneration(ReplaceUnderscores.class)
class RawWireTest {
    private static final String GET = RawClient.request("GET", "/");

    @Test
    void the_origin_keeps_every_byte_as_it_came() throws Exception {
        String sent =
                "POST /a%2fb?x=%zz HTTP/1.1\r\nhOST:  a \r\nX-A: 1\r\nx-a:2\r\nContent-Length: 3\r\n\r\n\u0000\u00ffz";
        try (var origin = RawOrigin.answering("hi");
                var client = RawClient.connect(origin.port())) {
            assertThat(client.send(sent).read().text()).isEqualTo("hi");

            assertThat(origin.text()).isEqualTo(sent);
            var request = origin.requests().get(0);
            assertThat(request.target()).isEqualTo("/a%2fb?x=%zz");
            assertThat(request.head().headers())
                    .containsExactly(
                            new Header("hOST", "a"),
                            new Header("X-A", "1"),
                            new Header("x-a", "2"),
                            new Header("Content-Length", "3"));
            assertThat(request.body().bytes()).containsExactly(0, 0xff, 'z');
            assertThat(origin.faults()).isEmpty();
        }
    }

    @Test
    void the_client_shows_heads_and_repeated_fields_as_they_came() throws Exception {
        String head = "HTTP/1.1 200 Fine  by me\r\nSet-Cookie: a=1\r\nset-cookie:b=2 \r\nContent-Length: 2\r\n\r\n";
        try (var origin = RawOrigin.answering(Answers.bytes(head + "ok"))) {
            var response = RawClient.get(origin.port(), "/");

            assertThat(response.head().raw()).isEqualTo(head);
            assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 200 Fine  by me");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.all("Set-Cookie")).containsExactly("a=1", "b=2");
            assertThat(response.headers().get(1).name()).isEqualTo("set-cookie");
            assertThat(response.text()).isEqualTo("ok");
            assertThat(response.isComplete()).isTrue();
        }
    }

    @Test
    void chunks_and_trailers_go_both_ways() throws Exception {
        try (var origin = RawOrigin.answering(Answers.inOrder(
                        Answers.echo(), Answers.chunked(List.of("abc", "0123456789abcdef"), "X-Sum: 7", "X-Sum: 8")));
                var client = RawClient.connect(origin.port())) {
            client.send("PUT /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-T: 1\r\n\r\n");
            var echo = new ObjectMapper().readTree(client.read().text());
            assertThat(echo.get("method").asText()).isEqualTo("PUT");
            assertThat(echo.get("target").asText()).isEqualTo("/up");
            assertThat(echo.get("headers").toString())
                    .isEqualTo("[[\"Host\",\"a\"],[\"Transfer-Encoding\",\"chunked\"]]");
            assertThat(echo.get("body").asText()).isEqualTo("abc0123456789");
            assertThat(echo.get("trailers").toString()).isEqualTo("[[\"X-T\",\"1\"]]");

            var response = client.send(GET).read();
            assertThat(response.text()).isEqualTo("abc0123456789abcdef");
            assertThat(response.body().trailers()).containsExactly(new Header("X-Sum", "7"), new Header("X-Sum", "8"));
            assertThat(response.trailer("x-sum")).isEqualTo("7");
        }
    }

    @Test
    void interim_responses_are_kept_apart_from_the_final_one() throws Exception {
        try (var origin = RawOrigin.answering(
                        Answers.interim("done", "100 Continue", "103 Early Hints\r\nLink: </a.css>"));
                var client = RawClient.connect(origin.port())) {
            var response = client.send(GET).read();

            assertThat(response.interim())
                    .extracting(Head::startLine)
                    .containsExactly("HTTP/1.1 100 Continue", "HTTP/1.1 103 Early Hints");
            assertThat(response.interim().get(1).header("link")).isEqualTo("</a.css>");
            assertThat(response.text()).isEqualTo("done");
        }
    }

    @Test
    void answers_that_have_no_body_leave_the_connection_in_step() throws Exception {
        try (var origin = RawOrigin.answering(Answers.inOrder(
                        Answers.ok("long"),
                        Answers.bytes("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"),
                        Answers.bytes("HTTP/1.1 204 No Content\r\n\r\n"),
                        Answers.ok("end")));
                var client = RawClient.connect(origin.port())) {
            var head = client.send(RawClient.request("HEAD", "/")).read("HEAD");
            assertThat(head.header("Content-Length")).isEqualTo("4");
            assertThat(head.text()).isEmpty();
            assertThat(client.send(GET).read().status()).isEqualTo(304);
            assertThat(client.send(GET).read().status()).isEqualTo(204);
            assertThat(client.send(GET).read().text()).isEqualTo("end");
            assertThat(origin.connections()).hasSize(1);
        }
    }

    @Test
    void requests_are_counted_by_their_id() throws Exception {
        try (var origin = RawOrigin.answering("ok");
                var client = RawClient.connect(origin.port())) {
            for (String id : List.of("a", "b", "a")) {
                client.send(RawClient.request("GET", "/", "X-Req-Id: " + id)).read();
            }
            origin.awaitRequests(3);
            assertThat(origin.requestsWithId("a")).isEqualTo(2);
            assertThat(origin.requestsWithId("b")).isEqualTo(1);
            assertThat(origin.requestsWithId("c")).isZero();
            assertThat(origin.requests().get(2).numberOnConnection()).isEqualTo(3);
        }
    }

    @Test
    void a_partial_body_does_not_look_complete() throws Exception {
        try (var origin = RawOrigin.answering(Answers.inOrder(Answers.partialBody(), Answers.partialChunks()))) {
            var sized = RawClient.get(origin.port(), "/");
            assertThat(sized.text()).isEqualTo("01234");
            assertThat(sized.isComplete()).isFalse();
            var chunked = RawClient.get(origin.port(), "/");
            assertThat(chunked.text()).isEqualTo("01234");
            assertThat(chunked.isComplete()).isFalse();
        }
    }

    @Test
    void a_close_and_a_reset_are_told_apart() throws Exception {
        try (var origin =
                        RawOrigin.answering(Answers.inOrder(Answers.closeBeforeAnswer(), Answers.resetBeforeAnswer()));
                var closed = RawClient.connect(origin.port());
                var reset = RawClient.connect(origin.port())) {
            closed.send(GET);
            assertThat(closed.resetByPeer()).isFalse();
            assertThat(closed.closedByPeer()).isTrue();
            assertThatThrownBy(closed::read).isInstanceOf(EOFException.class);
            reset.send(GET);
            assertThat(reset.resetByPeer()).isTrue();
        }
    }

    @Test
    void a_reset_comes_when_the_test_lets_it() throws Exception {
        try (var origin = RawOrigin.answering(Answers.resetMidBody());
                var client = RawClient.connect(origin.port())) {
            client.send(GET);
            assertThat(client.readHead().header("Content-Length")).isEqualTo("10");
            assertThat(client.readBytes(5)).asString(StandardCharsets.US_ASCII).isEqualTo("01234");
            origin.release();
            assertThat(client.resetByPeer()).isTrue();
        }
    }

    @Test
    void a_stale_connection_answers_once() throws Exception {
        try (var origin = RawOrigin.answering(Answers.staleKeepAlive("first"));
                var client = RawClient.connect(origin.port())) {
            assertThat(client.send(GET).read().text()).isEqualTo("first");
            client.send(GET);
            assertThat(client.closedByPeer()).isTrue();
            assertThat(origin.requests()).hasSize(2);
        }
    }

    @Test
    void extra_bytes_behind_an_answer_are_seen() throws Exception {
        try (var origin = RawOrigin.answering(Answers.extraBytes("ok", "HTTP/1.1 200 OK\r\n\r\nevil"));
                var client = RawClient.connect(origin.port())) {
            assertThat(client.send(GET).read().text()).isEqualTo("ok");
            assertThat(client.closedByPeer()).isFalse();
            assertThat(client.readBytes(15)).asString(StandardCharsets.US_ASCII).isEqualTo("HTTP/1.1 200 OK");
        }
    }

    @Test
    void garbage_fails_the_reader() throws Exception {
        try (var origin = RawOrigin.answering(Answers.garbage())) {
            assertThatThrownBy(() -> RawClient.get(origin.port(), "/"))
                    .isInstanceOf(MalformedMessage.class)
                    .hasMessageContaining("status line");
        }
    }

    @Test
    void a_malformed_request_is_a_fault_of_its_sender() throws Exception {
        try (var origin = RawOrigin.answering("ok");
                var client = RawClient.connect(origin.port())) {
            client.send("POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
            assertThat(client.closedByPeer()).isTrue();
            assertThat(origin.faults()).singleElement().asString().contains("Transfer-Encoding and Content-Length");
        }
    }

    @Test
    void a_bare_line_feed_is_not_a_line_end() throws Exception {
        try (var origin = RawOrigin.answering("ok");
                var client = RawClient.connect(origin.port())) {
            client.send("GET / HTTP/1.1\r\nA: 1\nB: 2\r\n\r\n");
            assertThat(client.closedByPeer()).isTrue();
            assertThat(origin.faults()).singleElement().asString().contains("bare CR or LF");
            assertThat(origin.requests()).isEmpty();
        }
    }

    @Test
    void a_hanging_origin_notices_that_the_client_left() throws Exception {
        try (var origin = RawOrigin.answering(Answers.hang("late"))) {
            try (var client = RawClient.connect(origin.port())) {
                client.send(GET);
                origin.awaitRequests(1);
                assertThat(origin.connection(1).isClosedByPeer()).isFalse();
            }
            origin.awaitClosed(1);
            assertThat(origin.connection(1).isClosedByPeer()).isTrue();
            assertThat(origin.connection(1).isResetByPeer()).isFalse();

            var client = RawClient.connect(origin.port());
            client.send(GET);
            origin.awaitRequests(2);
            client.reset();
            origin.awaitClosed(2);
            assertThat(origin.connection(2).isResetByPeer()).isTrue();
        }
    }

    @Test
    void a_hanging_origin_answers_when_it_is_released() throws Exception {
        try (var origin = RawOrigin.answering(Answers.hang("late"));
                var client = RawClient.connect(origin.port())) {
            client.send(GET);
            origin.awaitRequests(1);
            origin.release();
            assertThat(client.read().text()).isEqualTo("late");
        }
    }

    @Test
    void a_drip_sends_one_byte_a_turn() throws Exception {
        var drip = new Drip();
        try (var origin = RawOrigin.answering(Answers.drip("xyz", drip));
                var client = RawClient.connect(origin.port())) {
            client.send(GET);
            drip.turn(1);
            assertThat(client.readHead().header("Content-Length")).isEqualTo("3");
            drip.turn(1);
            assertThat(client.readBytes(1)).containsExactly('x');
            drip.turn(2);
            assertThat(client.readBytes(2)).containsExactly('y', 'z');
        }
    }

    @Test
    void a_slow_reader_holds_the_sender_back_and_loses_nothing() throws Exception {
        byte[] body = new byte[16 * 1024 * 1024];
        body[body.length - 1] = 'e';
        String head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length + "\r\n\r\n";
        try (var origin = RawOrigin.answering("ok").readingAtMost(1000);
                var client = RawClient.connect(origin.port())) {
            client.send(head);
            var sent = client.sendInBackground(body);
            origin.connection(awaitFirst(origin)).awaitReceived(1000);
            assertThat(origin.connection(1).received()).hasSize(1000);
            assertThat(sent).isNotDone();

            origin.release();
            sent.get(30, TimeUnit.SECONDS);
            assertThat(client.read().text()).isEqualTo("ok");
            assertThat(origin.connection(1).received()).hasSize(head.length() + body.length);
            assertThat(origin.requests().get(0).body().bytes()).isEqualTo(body);
        }
    }

    @Test
    void half_closed_connections_still_carry_the_answer() throws Exception {
        try (var origin = RawOrigin.serving(connection -> {
                    byte[] all = connection.input().readAllBytes();
                    connection.send(all.length + " bytes");
                });
                var client = RawClient.connect(origin.port())) {
            client.send("abc").halfClose();
            assertThat(client.readAllText()).isEqualTo("3 bytes");
        }
    }

    @Test
    void an_origin_can_come_back_on_its_port() throws Exception {
        var first = RawOrigin.answering("one");
        int port = first.port();
        assertThat(RawClient.get(port, "/").text()).isEqualTo("one");
        first.close();
        assertThatThrownBy(() -> RawClient.get(port, "/")).isInstanceOf(IOException.class);
        try (var second = RawOrigin.answeringOn(port, Answers.ok("two"))) {
            assertThat(RawClient.get(second.port(), "/").text()).isEqualTo("two");
        }
    }

    @Test
    void nobody_listens_on_a_closed_port() throws Exception {
        int port = RawOrigin.closedPort();
        assertThatThrownBy(() -> RawClient.connect(port)).isInstanceOf(IOException.class);
    }

    private static int awaitFirst(RawOrigin origin) {
        origin.awaitConnections(1);
        return 1;
    }
}
