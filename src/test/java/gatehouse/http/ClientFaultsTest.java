package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.service.TargetStatus;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a client does to its request, nobody else pays: neither the target nor those whose breaker it is, too. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ClientFaultsTest {
    private static final int TIMES = 8;

    /** More than is gathered, so that the rest is read while the request is on its way. */
    private static final String BEGINNING =
            ("1000\r\n" + "a".repeat(0x1000) + "\r\n").repeat(4) + "200\r\n" + "b".repeat(0x200) + "\r\n";

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("""
                services:
                  own: { targets: "%1$s", health: { passive: null } }
                  wp:  { targets: "%1$s", health: { passive: null }, forwarder: web-proxy }
                defaults: { breaker: { over: 10 } }
                routes:
                  own:  { match: { path: "/own/**" }, to: own }
                  wp:   { match: { path: "/wp/**" }, to: wp }
                  last: { match: { path: "/**" }, to: own }
                """);
        scene.answering(Answers.ok("ok"));
    }

    @AfterAll
    static void stop() throws IOException {
        scene.close();
    }

    @AfterEach
    void the_next_request_is_served() throws IOException {
        scene.awaitNothingInFlight();
        assertThat(scene.gateway().node().snapshots().current().services().values().stream()
                        .flatMap(service -> service.targets().stream())
                        .mapToLong(TargetStatus::failures)
                        .sum())
                .as("failures of targets")
                .isZero();
        for (var service : new String[] {"own", "wp"}) {
            assertThat(scene.exchange(RawClient.request("GET", "/" + service + "/next"))
                            .status())
                    .isEqualTo(200);
        }
        scene.stillServes();
    }

    /** A client on whose event loop there is a connection to the target, so that the request goes out without a pause. */
    private static RawClient warm(String service) throws IOException {
        var client = scene.client();
        var response =
                client.send(RawClient.request("GET", "/" + service + "/warm")).read();
        assertThat(response.status()).isEqualTo(200);
        return client;
    }

    private static String chunked(String service) {
        return RawClient.request("POST", "/" + service + "/x", "Transfer-Encoding: chunked");
    }

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({
        "own, zz\\r\\nabc\\r\\n0\\r\\n\\r\\n",
        "own, 3\\r\\nabcXX\\r\\n0\\r\\n\\r\\n",
        "wp, zz\\r\\nabc\\r\\n0\\r\\n\\r\\n",
        "wp, 3\\r\\nabcXX\\r\\n0\\r\\n\\r\\n"
    })
    void a_broken_chunk_is_400(String service, String broken) throws IOException {
        for (var i = 0; i < TIMES; i++) {
            try (var client = warm(service)) {
                client.send(chunked(service) + BEGINNING + broken.replace("\\r\\n", "\r\n"));
                Refusals.assertProblem(client.read(), 400);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"own", "wp"})
    void too_many_trailers_are_431(String service) throws IOException {
        for (var i = 0; i < TIMES; i++) {
            try (var client = warm(service)) {
                client.send(chunked(service) + BEGINNING + "0\r\n" + "X: y\r\n".repeat(3_000) + "\r\n");
                assertThat(client.read().status()).isEqualTo(431);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"own", "wp"})
    void a_reset_in_the_body_is_an_aborted_request(String service) throws IOException {
        for (var i = 0; i < TIMES; i++) {
            try (var client = warm(service)) {
                client.send(chunked(service) + BEGINNING);
                client.reset();
            }
        }
        scene.awaitNothingInFlight();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"own", "wp"})
    void so_is_an_end_in_the_body(String service) throws IOException {
        for (var i = 0; i < TIMES; i++) {
            try (var client = warm(service)) {
                client.send(chunked(service) + BEGINNING);
            }
        }
        scene.awaitNothingInFlight();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"own", "wp"})
    void so_is_a_stream_of_HTTP_2_that_is_reset_in_its_body(String service) throws IOException {
        var before = saidToBeMalformed();
        for (var i = 0; i < TIMES; i++) {
            try (var client = new RawHttp2(scene.client())) {
                client.get(1, "/" + service + "/warm");
                assertThat(client.outcome(1).status()).isEqualTo("200");
                client.post(3, "/" + service + "/x").data(3, false, "a".repeat(16_384));
                client.data(3, false, "b").frame(RawHttp2.RST_STREAM, 0, 3, new byte[] {0, 0, 0, 8});
                client.get(5, "/" + service + "/next");
                assertThat(client.outcome(5).status()).isEqualTo("200");
            }
        }
        scene.awaitNothingInFlight();
        assertThat(saidToBeMalformed()).isEqualTo(before);
    }

    private static List<String> saidToBeMalformed() {
        return scene.gateway()
                .node()
                .metrics()
                .scrape()
                .lines()
                .filter(line -> line.contains("problem=\"malformed-request\""))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"own", "wp"})
    void so_is_a_stream_of_HTTP_2_that_ends_before_its_announced_length(String service) throws IOException {
        for (var i = 0; i < TIMES; i++) {
            try (var client = new RawHttp2(scene.client())) {
                client.get(1, "/" + service + "/warm");
                assertThat(client.outcome(1).status()).isEqualTo("200");
                client.post(3, "/" + service + "/x", "content-length", "90000").data(3, false, "a".repeat(16_384));
                client.data(3, true, "b");
                client.get(5, "/" + service + "/next");
                assertThat(client.outcome(5).status()).isEqualTo("200");
            }
        }
    }
}
