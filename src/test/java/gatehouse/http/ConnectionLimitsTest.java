package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.RawClient;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** How many connections are taken, and what becomes of those that are not. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ConnectionLimitsTest {
    private static final String SERVES = """
            services: { origin: { targets: "%s" } }
            routes:   { all: { match: { path: "/**" }, to: origin } }
            """;

    private final List<RawClient> clients = new ArrayList<>();

    @AfterEach
    void leave() throws IOException {
        for (var client : clients) {
            client.close();
        }
    }

    private static String web(String keys) {
        return "listeners: { web: { listen: \"127.0.0.1:0\", " + keys + " } }\n" + SERVES;
    }

    private RawClient connect(Scene scene, String from) throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.connect(new InetSocketAddress("127.0.0.1", scene.gateway().port()));
        var client = RawClient.over(socket);
        clients.add(client);
        return client;
    }

    /** A connection that has been served and stays open. */
    private RawClient admitted(Scene scene, String from) throws IOException {
        var client = connect(scene, from);
        assertServed(client);
        return client;
    }

    private static void assertServed(RawClient client) throws IOException {
        assertThat(client.send(RawClient.request("GET", "/")).read().status()).isEqualTo(200);
    }

    private static long refused(Scene scene, String reason) {
        var line = "gatehouse_connections_refused_total{listener=\"web\",reason=\"" + reason + "\"} ";
        return scene.gateway()
                .node()
                .metrics()
                .scrape()
                .lines()
                .filter(text -> text.startsWith(line))
                .mapToLong(text -> (long) Double.parseDouble(text.substring(line.length())))
                .sum();
    }

    private static void awaitServed(Scene scene) {
        Waiting.until("a place", () -> {
            try (var client = scene.client()) {
                return client.send(RawClient.request("GET", "/")).read().status() == 200;
            } catch (IOException stillFull) {
                return false;
            }
        });
    }

    @Test
    void beyond_the_nodes_limit_connections_are_closed_before_a_byte_is_read() throws Exception {
        try (var scene = Scene.start("node: { connections: 2 }\n" + SERVES)) {
            var first = admitted(scene, "127.0.0.1");
            var second = admitted(scene, "127.0.0.2");
            for (var i = 0; i < 20; i++) {
                assertThat(connect(scene, "127.0.0.3").closedByPeer()).isTrue();
            }
            assertThat(refused(scene, "node")).isEqualTo(20);
            assertServed(first);
            second.close();
            awaitServed(scene);
            assertServed(first);
        }
    }

    @Test
    void beyond_the_listeners_limit_connections_are_closed_and_a_reload_changes_it() throws Exception {
        try (var scene = Scene.start(web("limits: { connections: 1 }"))) {
            var kept = admitted(scene, "127.0.0.1");
            assertThat(connect(scene, "127.0.0.1").closedByPeer()).isTrue();
            assertThat(refused(scene, "listener")).isEqualTo(1);

            scene.gateway()
                    .reload(web("limits: { connections: 2 }"), scene.origin().url());
            admitted(scene, "127.0.0.1");
            assertThat(connect(scene, "127.0.0.1").closedByPeer()).isTrue();

            scene.gateway()
                    .reload(web("limits: { connections: 1 }"), scene.origin().url());
            assertServed(kept);
        }
    }

    @Test
    void one_address_does_not_take_the_places_of_others_and_a_reload_changes_how_many_it_may() throws Exception {
        try (var scene = Scene.start(web("limits: { perAddress: 2 }"))) {
            admitted(scene, "127.0.0.7");
            admitted(scene, "127.0.0.7");
            assertThat(connect(scene, "127.0.0.7").closedByPeer()).isTrue();
            admitted(scene, "127.0.0.8");
            assertThat(refused(scene, "address")).isEqualTo(1);

            scene.gateway()
                    .reload(
                            web("limits: { perAddress: 2 }, trustedProxies: [127.0.0.7]"),
                            scene.origin().url());
            admitted(scene, "127.0.0.7");
            scene.gateway()
                    .reload(web("limits: { perAddress: 0 }"), scene.origin().url());
            admitted(scene, "127.0.0.7");
            scene.gateway()
                    .reload(web("limits: { perAddress: 1 }"), scene.origin().url());
            assertThat(connect(scene, "127.0.0.8").closedByPeer()).isTrue();
        }
    }

    @Test
    void a_socket_that_is_taken_over_keeps_count() throws Exception {
        var port = gatehouse.testing.RawOrigin.freePort();
        var text = "listeners: { web: { listen: \"127.0.0.1:" + port + "\", limits: { connections: 1, %s } } }\n";
        try (var scene = Scene.start(text.formatted("uri: 4KiB") + SERVES)) {
            admitted(scene, "127.0.0.1");
            scene.gateway()
                    .reload(text.formatted("uri: 5KiB") + SERVES, scene.origin().url());
            Waiting.until("the place of the connection that was closed", () -> {
                try {
                    return connect(scene, "127.0.0.1")
                                    .send(RawClient.request("GET", "/"))
                                    .read()
                                    .status()
                            == 200;
                } catch (IOException stillFull) {
                    return false;
                }
            });
            assertThat(connect(scene, "127.0.0.1").closedByPeer()).isTrue();
        }
    }

    @Test
    void more_connections_than_files_allow_are_a_mistake_in_the_configuration() throws Exception {
        assertThatThrownBy(() -> Scene.start("node: { connections: 2000000000 }\n" + SERVES))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("node.connections: 2000000000 connections need more files than the ")
                .hasMessageContaining("`ulimit -n 3333333835` would do")
                .hasMessageContaining("test.yaml:4:");
        try (var scene = Scene.start(SERVES)) {
            assertThatThrownBy(() -> scene.gateway()
                            .reload(
                                    "node: { connections: 2000000000 }\n" + SERVES,
                                    scene.origin().url()))
                    .hasMessageContaining("node.connections");
            scene.stillServes();
        }
    }
}
