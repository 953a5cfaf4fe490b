package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import java.io.IOException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Answers before the answer, and the client that waits for one. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class InterimTest extends SceneCase {
    private static final String EXPECTING =
            "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";

    InterimTest() {
        super(Scene.routeWith("limits: { body: 100B }"));
    }

    @Test
    void the_client_is_told_to_go_on_when_the_target_says_so_RFC_9110_10_1_1() throws IOException {
        scene.answering(exchange -> {
            exchange.send("HTTP/1.1 100 Continue\r\n\r\n");
            Answers.ok(exchange.body().text()).answer(exchange);
        });
        try (var client = scene.client()) {
            client.send(EXPECTING);
            assertThat(client.readHead().startLine()).isEqualTo("HTTP/1.1 100 Continue");
            assertThat(scene.lastRequest().header("expect")).isEqualTo("100-continue");
            client.send("body");
            assertThat(client.read().text()).isEqualTo("body");
            scene.answering(Answers.ok("next"));
            assertThat(client.send(RawClient.request("GET", "/")).read().text()).isEqualTo("next");
        }
    }

    @Test
    void a_final_answer_without_100_passes_and_ends_the_connection_RFC_9110_10_1_1() throws IOException {
        scene.answering(exchange -> exchange.reply("401 Unauthorized", "no"));
        try (var client = scene.client()) {
            var response = client.send(EXPECTING).read();
            assertThat(response.status()).isEqualTo(401);
            assertThat(response.interim()).isEmpty();
            // whether the body still comes can't be known, so what follows can't be told apart
            assertThat(response.header("connection")).isEqualToIgnoringCase("close");
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void the_gateway_s_own_refusal_comes_without_100() throws IOException {
        try (var client = scene.client()) {
            var response = client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 101\r\n"
                            + "Expect: 100-continue\r\n\r\n")
                    .read();
            Refusals.assertProblem(response, 413);
            assertThat(response.interim()).isEmpty();
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void a_client_that_does_not_wait_for_100_is_served() throws IOException {
        scene.answering(exchange -> {
            exchange.send("HTTP/1.1 100 Continue\r\n\r\n");
            Answers.ok(exchange.body().text()).answer(exchange);
        });
        var response = scene.exchange(EXPECTING + "body");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.text()).isEqualTo("body");
    }

    @Test
    void a_100_that_nobody_asked_for_is_not_passed_RFC_9110_15_2_1() throws IOException {
        var response =
                scene.answering(Answers.interim("done", "100 Continue")).exchange(RawClient.request("GET", "/x"));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.text()).isEqualTo("done");
        assertThat(response.interim()).isEmpty();
    }

    @Test
    void early_hints_pass_without_fields_of_the_connection_RFC_8297_2() throws IOException {
        var response = scene.answering(Answers.interim(
                        "done", "103 Early Hints\r\nLink: </a.css>; rel=preload\r\nConnection: X-Own\r\nX-Own: 1"))
                .exchange(RawClient.request("GET", "/x"));
        assertThat(response.interim()).hasSize(1);
        var hints = response.interim().get(0);
        assertThat(hints.startLine()).isEqualTo("HTTP/1.1 103 Early Hints");
        assertThat(hints.header("link")).isEqualTo("</a.css>; rel=preload");
        assertThat(hints.header("connection")).isNull();
        assertThat(hints.header("x-own")).isNull();
        assertThat(response.text()).isEqualTo("done");
    }

    @Test
    void of_many_interim_answers_ten_pass() throws IOException {
        var hints = new String[2000];
        java.util.Arrays.fill(hints, "103 Early Hints\r\nLink: </a>");
        var response = scene.answering(Answers.interim("done", hints)).exchange(RawClient.request("GET", "/x"));
        assertThat(response.interim()).hasSize(10);
        assertThat(response.text()).isEqualTo("done");
    }

    @Test
    void interim_answers_of_another_kind_are_dropped_RFC_9110_15_2() throws IOException {
        var response = scene.answering(Answers.interim("done", "102 Processing", "104 Upload Resumption", "199 Odd"))
                .exchange(RawClient.request("GET", "/x"));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.interim()).isEmpty();
        assertThat(response.text()).isEqualTo("done");
    }

    @Test
    void a_client_of_HTTP_1_0_gets_no_interim_answer_RFC_9110_15_2() throws IOException {
        scene.answering(Answers.interim("done", "100 Continue", "103 Early Hints\r\nLink: </a>"));
        var response = scene.exchange("GET /x HTTP/1.0\r\nHost: localhost\r\nExpect: 100-continue\r\n\r\n");
        assertThat(response.interim()).isEmpty();
        assertThat(response.text()).isEqualTo("done");
        assertThat(scene.lastRequest().header("expect")).isNull();
    }
}
