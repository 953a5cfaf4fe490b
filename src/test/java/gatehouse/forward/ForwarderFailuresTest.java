package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.Drip;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What both forwarders do when a target or a client fails. */
@ParameterizedClass
@EnumSource(ForwarderCase.Carrier.class)
@DisplayNameGeneration(ReplaceUnderscores.class)
class ForwarderFailuresTest extends ForwarderCase {
    @Test
    void a_body_over_the_limit_is_refused_whatever_its_framing() throws Exception {
        serve(Answers.ok(""), "retry: null, limits: { body: 4B }");
        var announced = send(RawClient.request("POST", "/x", "Content-Length: 5") + "hello");
        assertProblem(announced, 413, "body-too-large");
        var chunked = send(RawClient.request("POST", "/x", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n");
        assertProblem(chunked, 413, "body-too-large");
    }

    @Test
    void a_refused_connection_is_502() throws Exception {
        forwardTo("http://127.0.0.1:" + RawOrigin.closedPort(), "retry: null");
        assertProblem(send(RawClient.request("GET", "/x")), 502, "upstream-connect-refused");
    }

    @Test
    void a_connection_closed_before_the_answer_is_502() throws Exception {
        serve(Answers.closeBeforeAnswer());
        assertProblem(send(RawClient.request("GET", "/x")), 502, "upstream-reset");
        assertProblem(send(RawClient.request("POST", "/x", "Content-Length: 2") + "hi"), 502, "upstream-reset");
    }

    @Test
    void an_answer_that_is_no_HTTP_is_502() throws Exception {
        serve(Answers.garbage());
        assertProblem(send(RawClient.request("GET", "/x")), 502, "upstream-protocol-error");
    }

    @Test
    void an_answer_that_does_not_begin_in_time_is_504_and_its_connection_is_closed() throws Exception {
        serve(Answers.hang(""), "retry: null, timeout: { firstByte: 300ms }");
        assertProblem(send(RawClient.request("GET", "/x")), 504, "first-byte-timeout");
        origin.awaitClosed(1);
    }

    @Test
    void a_target_that_stops_reading_is_504_and_not_the_client_s_fault() throws Exception {
        origin = RawOrigin.answering(Answers.ok("")).readingAtMost(64 * 1024);
        forwardTo(origin.url(), "retry: null, limits: { body: 64MiB }, timeout: { idle: 1s }");
        var large = "x".repeat(32 * 1024 * 1024);
        try (var client = gateway.client()) {
            var unused = client.sendInBackground(
                    (RawClient.request("POST", "/x", "Content-Length: " + large.length()) + large).getBytes());
            assertProblem(client.read(), 504, "idle-timeout");
        }
    }

    @Test
    void an_answer_that_stops_is_cut_when_the_time_is_over() throws Exception {
        serve(Answers.resetMidBody(), "retry: null, timeout: { idle: 300ms }");
        assertThat(send(RawClient.request("GET", "/x")).isComplete()).isFalse();
        origin.awaitClosed(1);
    }

    @Test
    void an_answer_that_only_drips_is_cut_when_the_total_time_is_over() throws Exception {
        var drip = new Drip();
        serve(Answers.drip("x".repeat(1_000_000), drip), "retry: null, timeout: { total: 300ms }");
        try (var client = gateway.client()) {
            drip.turn(2);
            client.send(RawClient.request("GET", "/x")).readHead();
            while (client.readBytes(1).length == 1) {
                drip.turn(1);
            }
        }
        origin.awaitClosed(1);
        drip.turn(1);
    }

    @Test
    void an_answer_that_breaks_off_never_looks_whole() throws Exception {
        serve(Answers.inOrder(Answers.partialBody(), Answers.partialChunks()));
        assertThat(send(RawClient.request("GET", "/x")).isComplete()).isFalse();
        assertThat(send(RawClient.request("GET", "/x")).isComplete()).isFalse();
    }

    @Test
    void a_client_that_leaves_while_it_waits_ends_the_request_to_the_target() throws Exception {
        serve(Answers.hang(""));
        try (var client = gateway.client()) {
            client.send(RawClient.request("GET", "/x"));
            received();
            client.reset();
        }
        origin.awaitClosed(1);
        assertTargetIsNotBlamed();
    }

    @Test
    void a_client_that_leaves_in_the_middle_of_its_body_ends_the_request_to_the_target() throws Exception {
        serve(Answers.ok(""));
        try (var client = gateway.client()) {
            client.send(RawClient.request("POST", "/x", "Content-Length: 100000") + "a".repeat(20_000));
            received();
            client.reset();
        }
        origin.awaitClosed(1);
        assertTargetIsNotBlamed();
    }

    @Test
    void a_client_that_leaves_in_the_middle_of_the_answer_ends_it() throws Exception {
        serve(Answers.resetMidBody());
        try (var client = gateway.client()) {
            client.send(RawClient.request("GET", "/x")).readHead();
        }
        origin.awaitClosed(1);
        assertTargetIsNotBlamed();
    }

    @Test
    void a_kept_connection_that_has_gone_stale() throws Exception {
        serve(Answers.staleKeepAlive("fine"), "retry: {}");
        try (var client = gateway.client()) {
            assertThat(client.send(RawClient.request("GET", "/x")).read().status())
                    .isEqualTo(200);
            assertThat(client.send(RawClient.request("GET", "/x")).read().status())
                    .isEqualTo(differing(200, 502, "the proxy sends a request once"));
        }
    }

    @Test
    void the_target_has_no_requests_in_flight_when_all_is_over() throws Exception {
        serve(Answers.ok("x"));
        send(RawClient.request("GET", "/x"));
        send(RawClient.request("POST", "/x", "Content-Length: 2") + "hi");
        assertTargetIsNotBlamed();
        assertThat(target().requests()).isEqualTo(2);
    }
}
