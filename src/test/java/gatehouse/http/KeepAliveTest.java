package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import java.io.IOException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that serve more than one request, on either side. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class KeepAliveTest {
    @Test
    void both_connections_are_used_again_RFC_9112_9_3() throws Exception {
        try (var scene = Scene.start();
                var client = scene.client()) {
            for (var i = 0; i < 20; i++) {
                var response = client.send(RawClient.request("GET", "/")).read();
                assertThat(response.status()).isEqualTo(200);
                assertThat(response.header("connection")).isNull();
            }
            assertThat(scene.origin().connections()).hasSize(1);
        }
    }

    @Test
    void connection_close_of_the_target_ends_its_connection_only_RFC_9112_9_6() throws Exception {
        try (var scene = Scene.start();
                var client = scene.client()) {
            scene.answering(exchange -> exchange.reply("200 OK", "x", "Connection: close"));
            for (var i = 1; i <= 3; i++) {
                assertThat(client.send(RawClient.request("GET", "/")).read().status())
                        .isEqualTo(200);
                scene.origin().awaitClosed(i);
            }
            assertThat(scene.origin().connections()).hasSize(3);
        }
    }

    @Test
    void connection_close_of_the_client_ends_its_connection_only_RFC_9112_9_6() throws Exception {
        try (var scene = Scene.start()) {
            for (var i = 0; i < 4; i++) {
                try (var client = scene.client()) {
                    client.send(RawClient.request("GET", "/", "Connection: close"))
                            .read();
                    assertThat(client.closedByPeer()).isTrue();
                }
            }
            assertThat(scene.origin().connections()).hasSizeLessThanOrEqualTo(2);
            assertThat(scene.origin().text()).doesNotContain("Connection: close");
        }
    }

    @Test
    void a_connection_to_the_target_that_is_idle_too_long_is_closed() throws Exception {
        try (var scene = Scene.start("""
                services: { origin: { targets: "%s", pool: { max: 1, idle: 1s } } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """)) {
            scene.exchange(RawClient.request("GET", "/"));
            scene.origin().awaitClosed(1);
            scene.stillServes();
        }
    }

    @Test
    void bytes_behind_an_answer_reach_nobody_RFC_9112_6_3() throws Exception {
        try (var scene = Scene.start()) {
            var foreign = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
            for (var round = 0; round < 20; round++) {
                scene.answering(Answers.inOrder(Answers.extraBytes("mine", foreign), Answers.ok("yours")));
                // both wait for the same connection, so the second gets it in the moment when the first one's answer
                // ends
                try (var first = scene.client();
                        var second = scene.client();
                        var third = scene.client();
                        var fourth = scene.client()) {
                    var clients = new RawClient[] {first, second, third, fourth};
                    for (var client : clients) {
                        client.send(RawClient.request("GET", "/"));
                    }
                    for (var client : clients) {
                        assertThat(client.read().text()).isNotEqualTo("forged");
                    }
                }
            }
            scene.stillServes();
        }
    }

    @Test
    void a_body_behind_204_reaches_nobody_RFC_9110_15_3_5() throws Exception {
        try (var scene = Scene.start();
                var client = scene.client()) {
            for (var i = 0; i < 10; i++) {
                scene.answering(
                        Answers.bytes("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"));
                assertThat(client.send(RawClient.request("GET", "/")).read().status())
                        .isEqualTo(204);
                scene.answering(Answers.ok("clean"));
                assertThat(client.send(RawClient.request("GET", "/")).read().text())
                        .isEqualTo("clean");
            }
            scene.stillServes();
        }
    }

    @Test
    void a_body_behind_304_reaches_nobody_RFC_9110_15_4_5() throws Exception {
        try (var scene = Scene.start();
                var client = scene.client()) {
            for (var i = 0; i < 10; i++) {
                scene.answering(Answers.bytes("HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\nforged"));
                assertThat(client.send(RawClient.request("GET", "/")).read().status())
                        .isEqualTo(304);
                scene.answering(Answers.ok("clean"));
                assertThat(client.send(RawClient.request("GET", "/")).read().text())
                        .isEqualTo("clean");
            }
            scene.stillServes();
        }
    }

    @Test
    void an_answer_that_nobody_asked_for_ends_the_idle_connection_that_it_comes_on() throws Exception {
        try (var scene = Scene.start();
                var client = scene.client()) {
            for (var i = 0; i < 10; i++) {
                scene.answering(Answers.ok("mine"));
                assertThat(client.send(RawClient.request("GET", "/")).read().text())
                        .isEqualTo("mine");
                var connection = scene.lastRequest().connection();
                scene.lastRequest().send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
                connection.awaitClosed();
                scene.answering(Answers.ok("clean"));
                assertThat(client.send(RawClient.request("GET", "/")).read().text())
                        .isEqualTo("clean");
            }
            scene.stillServes();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nSet-Cookie: a=forged\r\nX: ", "HTTP/1.1 200 OK\r\n", "H", "\r\n"})
    void nor_does_the_beginning_of_one_become_that_of_the_next(String beginning) throws Exception {
        try (var scene = Scene.start();
                var client = scene.client()) {
            for (var i = 0; i < 10; i++) {
                scene.answering(Answers.ok("mine"));
                assertThat(client.send(RawClient.request("GET", "/")).read().text())
                        .isEqualTo("mine");
                var idle = scene.lastRequest();
                idle.send(beginning);
                idle.connection().awaitClosed();
                scene.answering(Answers.extraBytes("behind", beginning));
                assertThat(client.send(RawClient.request("GET", "/")).read().text())
                        .isEqualTo("behind");
                scene.lastRequest().connection().awaitClosed();
                scene.answering(Answers.ok("clean"));
                var clean = client.send(RawClient.request("GET", "/")).read();
                assertThat(clean.text()).isEqualTo("clean");
                assertThat(clean.header("set-cookie")).isNull();
            }
            scene.stillServes();
        }
    }

    @Test
    void a_kept_connection_that_went_stale_costs_an_idempotent_request_nothing_RFC_9112_9_3_1()
            throws IOException, Exception {
        try (var scene = Scene.start();
                var client = scene.client()) {
            scene.answering(Answers.staleKeepAlive("fresh"));
            for (var i = 0; i < 10; i++) {
                assertThat(client.send(RawClient.request("GET", "/")).read().text())
                        .isEqualTo("fresh");
            }
        }
    }

    @Test
    void a_request_that_may_have_been_processed_is_not_sent_twice_RFC_9110_9_2_2() throws Exception {
        try (var scene = Scene.start();
                var client = scene.client()) {
            scene.answering(Answers.staleKeepAlive("fresh"));
            for (var i = 0; i < 10; i++) {
                var id = "post-" + i;
                client.send(RawClient.request("POST", "/", "X-Req-Id: " + id, "Content-Length: 2") + "hi");
                assertThat(client.read().status()).isIn(200, 502);
                assertThat(scene.origin().requestsWithId(id)).isEqualTo(1);
            }
        }
    }
}
