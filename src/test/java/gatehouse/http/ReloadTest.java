package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A change of the configuration, as clients see it: not at all, but for what it says. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReloadTest {
    private static final String NUMBERED = """
            services: { origin: { targets: "%s", pool: { max: 16, wait: 10s }, health: { panic: %d%% } } }
            routes:   { all: { match: { path: "/**" }, to: origin } }
            """;

    @Test
    void fifty_reloads_under_keep_alive_clients_fail_no_request() throws Exception {
        try (var scene = Scene.start()) {
            var over = new AtomicBoolean();
            var clients = Executors.newFixedThreadPool(4);
            var served = new ArrayList<Future<Integer>>();
            for (var i = 0; i < 4; i++) {
                Callable<Integer> asking = () -> ask(scene, over);
                served.add(clients.submit(asking));
            }
            for (var i = 0; i < 50; i++) {
                // each one another service, so that connections change too
                scene.gateway().reload(NUMBERED, scene.origin().url(), 40 + i);
            }
            over.set(true);
            for (var count : served) {
                assertThat(count.get(30, TimeUnit.SECONDS)).isPositive();
            }
            clients.shutdown();
            scene.stillServes();
        }
    }

    private static int ask(Scene scene, AtomicBoolean over) throws IOException {
        var count = 0;
        try (var client = scene.client()) {
            while (!over.get()) {
                var post = count % 2 == 0;
                client.send(
                        post
                                ? RawClient.request("POST", "/", "Content-Length: 4") + "body"
                                : RawClient.request("GET", "/"));
                var response = client.read();
                assertThat(response.status()).as(response.text()).isEqualTo(200);
                assertThat(response.header("connection")).isNull();
                count++;
            }
        }
        return count;
    }

    @Test
    void an_exchange_under_way_ends_as_it_began() throws Exception {
        try (var scene = Scene.start();
                var client = scene.client()) {
            scene.answering(Answers.hang("as it began"));
            client.send(RawClient.request("GET", "/"));
            scene.origin().awaitRequests(1);
            scene.gateway().reload("""
                    services: { origin: { targets: "%s", balance: random } }
                    routes:   { other: { match: { path: /other }, to: origin } }
                    """, scene.origin().url());
            Refusals.assertProblem(scene.exchange(RawClient.request("GET", "/")), 404);
            scene.origin().release();
            assertThat(client.read().text()).isEqualTo("as it began");
            Refusals.assertProblem(client.send(RawClient.request("GET", "/")).read(), 404);
        }
    }

    @Test
    void a_listener_that_goes_takes_no_more_and_one_that_comes_does() throws Exception {
        try (var scene = Scene.start()) {
            scene.gateway().reload("""
                    listeners: { web: "127.0.0.1:0", more: "127.0.0.1:0" }
                    services: { origin: { targets: "%s" } }
                    routes:   { all: { match: { path: "/**" }, to: origin } }
                    """, scene.origin().url());
            var more = scene.gateway().port("more");
            assertThat(RawClient.get(more, "/").status()).isEqualTo(200);
            try (var kept = RawClient.connect(more)) {
                kept.send(RawClient.request("GET", "/")).read();
                scene.gateway().reload("""
                        services: { origin: { targets: "%s" } }
                        routes:   { all: { match: { path: "/**" }, to: origin } }
                        """, scene.origin().url());
                assertThat(kept.closedByPeer()).isTrue();
            }
            scene.stillServes();
        }
    }

    @Test
    void who_connects_to_a_listener_that_goes_is_served_or_refused_and_not_reset() throws Exception {
        try (var scene = Scene.start()) {
            var web = scene.gateway().port();
            try (var connections = NewConnections.to(web)) {
                scene.gateway().reload("""
                        listeners: { other: "127.0.0.1:0" }
                        services: { origin: { targets: "%s" } }
                        routes:   { all: { match: { path: "/**" }, to: origin } }
                        """, scene.origin().url());
                connections.assertServedOrRefused();
            }
        }
    }

    @Test
    void a_listener_that_takes_over_the_address_of_one_that_goes_keeps_its_socket() throws Exception {
        var port = RawOrigin.freePort();
        try (var scene = Scene.start("""
                listeners: { web: "127.0.0.1:%d" }
                services: { origin: { targets: "%%s" } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """.formatted(port))) {
            scene.stillServes();
            scene.gateway().reload("""
                    listeners: { renamed: "127.0.0.1:%d" }
                    services: { origin: { targets: "%s" } }
                    routes:   { all: { match: { path: "/**", listener: renamed }, to: origin } }
                    """, port, scene.origin().url());
            Waiting.until("the new one", () -> status(port) == 200);
            assertThat(status(port)).isEqualTo(200);
        }
    }

    private static int status(int port) {
        try {
            return RawClient.get(port, "/").status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
