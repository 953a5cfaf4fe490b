package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.service.LoadStatus;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that come slowly hold no place at their service. Each of two event loops has one place. */
@ParameterizedClass
@EnumSource(ForwarderCase.Carrier.class)
@DisplayNameGeneration(ReplaceUnderscores.class)
class GatheringTest extends ForwarderCase {
    private static final int WHOLE = Gathering.WHOLE;
    private static final int PART = Gathering.PART;

    private final List<RawClient> clients = new ArrayList<>();

    @AfterEach
    void nothing_is_left() throws IOException {
        for (var client : clients) {
            client.close();
        }
        awaitLoad(load -> load.inFlight() == 0 && load.waiting() == 0);
    }

    /** Two places, one for each event loop, before an origin that answers with the number of bytes. */
    private void serveTwo(String route) throws Exception {
        serveTwo(exchange -> exchange.reply("200 OK", exchange.body().bytes().length + " bytes"), route);
    }

    private void serveTwo(RawOrigin.Script script, String route) throws Exception {
        origin = RawOrigin.answering(script);
        gateway.reload("""
                services: { origin: { targets: "%s", forwarder: %s, pool: { wait: 60s },
                                      concurrency: { max: 2, adaptive: false } } }
                routes:
                  all:  { match: { path: "/**" }, to: origin, %s }
                  soon: { match: { path: /soon }, to: origin, retry: null, timeout: { total: 300ms } }
                """, origin.url(), carrier == Carrier.OWN ? "own" : "web-proxy", route);
    }

    private RawClient client() throws IOException {
        var client = gateway.client();
        clients.add(client);
        return client;
    }

    /** A client of the one event loop: each gets every second connection. */
    private RawClient clientOfOneLoop() throws IOException {
        var client = client();
        client();
        return client;
    }

    private static LoadStatus load() {
        return gateway.node().snapshots().current().services().get("origin").load();
    }

    private static void awaitLoad(Predicate<LoadStatus> wanted) {
        Waiting.until("the load that is wanted", () -> wanted.test(load()));
    }

    private static String post(String path, String... fields) {
        return RawClient.request("POST", path, fields);
    }

    private static String chunk(int size) {
        return Integer.toHexString(size) + "\r\n" + "b".repeat(size) + "\r\n";
    }

    /** A byte each 10 ms, until {@code most} or nobody listens any more. */
    private static void dribble(RawClient client, int most) throws IOException {
        try {
            for (var i = 0; i < most; i++) {
                client.send("a");
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        } catch (SocketException cut) {
            // which is what is waited for
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1000", "Content-Length: 100000", "Transfer-Encoding: chunked"})
    void bodies_on_their_way_hold_no_place(String framing) throws Exception {
        serveTwo("retry: null");
        var slow = new ArrayList<RawClient>();
        for (var i = 0; i < 20; i++) {
            slow.add(client().send(post("/slow", framing)).send("1\r\na\r\n"));
        }
        for (var i = 0; i < 10; i++) {
            assertThat(client().send(post("/", "Content-Length: 5") + "hello")
                            .read()
                            .text())
                    .isEqualTo("5 bytes");
        }
        awaitLoad(load -> load.inFlight() + load.waiting() == 0);
        assertThat(origin.requests()).hasSize(10);
        assertThat(slow).hasSize(20);
    }

    @Test
    void those_that_have_come_whole_are_served_each_in_its_turn() throws Exception {
        serveTwo("retry: null");
        var slow = new ArrayList<RawClient>();
        for (var i = 0; i < 10; i++) {
            slow.add(client().send(post("/slow", "Content-Length: 10") + "hello"));
        }
        for (var client : slow) {
            client.send("world");
        }
        for (var client : slow) {
            assertThat(client.read().text()).isEqualTo("10 bytes");
        }
        assertThat(origin.requests())
                .extracting(request -> request.body().text())
                .containsOnly("helloworld");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "retry: null, limits: { minRate: 64KiB, minRateOver: 300ms, bodyTime: 0s }",
                "retry: null, limits: { minRate: 0B, bodyTime: 400ms }",
                "retry: null, limits: { minRate: 0B, bodyTime: 0s }, timeout: { total: 400ms }"
            })
    void a_body_that_is_too_slow_is_408_and_its_service_never_hears_of_it(String limits) throws Exception {
        serveTwo(limits);
        for (var framing : List.of("Content-Length: 60000", "Content-Length: 100000")) {
            var client = client().send(post("/slow", framing));
            dribble(client, 100);
            var response = client.read();
            assertProblem(response, 408, "request-timeout");
            assertThat(response.header("Connection")).isEqualToIgnoringCase("close");
            assertThat(client.closedByPeer()).isTrue();
        }
        assertThat(origin.requests()).isEmpty();
        assertTargetIsNotBlamed();
    }

    @Test
    void a_body_that_stops_is_408_and_its_service_never_hears_of_it() throws Exception {
        serveTwo("retry: null, timeout: { idle: 200ms }");
        assertProblem(client().send(post("/", "Content-Length: 10") + "hello").read(), 408, "request-timeout");
        assertThat(origin.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, PART - 1, PART, PART + 1, WHOLE - 1, WHOLE, WHOLE + 1, 3 * WHOLE})
    void every_byte_arrives_whatever_the_length_and_framing(int length) throws Exception {
        serve(exchange -> exchange.reply("200 OK", exchange.body().text()));
        var body = "x".repeat(length - 1) + "y";
        assertThat(send(post("/", "Content-Length: " + length) + body).text()).isEqualTo(body);
        assertThat(send(post("/", "Transfer-Encoding: chunked") + Integer.toHexString(length) + "\r\n" + body
                                + "\r\n0\r\n\r\n")
                        .text())
                .isEqualTo(body);
        var client = client().send(post("/", "Content-Length: " + length));
        client.send(body.substring(0, length / 2)).send(body.substring(length / 2));
        assertThat(client.read().text()).isEqualTo(body);
    }

    @Test
    void an_empty_chunked_body_arrives_empty() throws Exception {
        serve(exchange -> exchange.reply("200 OK", exchange.body().bytes().length + " bytes"));
        assertThat(send(post("/", "Transfer-Encoding: chunked") + "0\r\n\r\n").text())
                .isEqualTo("0 bytes");
        assertThat(received().header("Transfer-Encoding")).isEqualTo("chunked");
    }

    @Test
    void a_long_body_begins_before_it_is_there_as_a_whole() throws Exception {
        serve(exchange -> {
            var input = exchange.connection().input();
            assertThat(input.readNBytes(PART)).hasSize(PART);
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nearly");
            exchange.hang();
        });
        var client = client().send(post("/", "Content-Length: " + (WHOLE + 1)) + "x".repeat(PART));
        assertThat(client.read().text()).isEqualTo("early");
    }

    @Test
    void a_client_that_leaves_on_the_way_is_forgotten() throws Exception {
        serveTwo("retry: null");
        for (var i = 0; i < 10; i++) {
            var client = client().send(post("/slow", "Content-Length: 1000") + "hello");
            if (i % 2 == 0) {
                client.reset();
            } else {
                client.close();
            }
        }
        for (var i = 0; i < 2; i++) {
            assertThat(client().send(post("/", "Content-Length: 5") + "hello")
                            .read()
                            .status())
                    .isEqualTo(200);
        }
        assertThat(origin.requests()).hasSize(2);
        assertTargetIsNotBlamed();
    }

    @Test
    void a_body_over_the_limit_is_413_before_its_service_hears_of_it() throws Exception {
        serveTwo("retry: null, limits: { body: 1KiB }");
        var client = client().send(post("/", "Transfer-Encoding: chunked")).send(chunk(1000));
        assertProblem(client.send(chunk(100)).read(), 413, "body-too-large");
        assertThat(client.closedByPeer()).isTrue();
        assertThat(origin.requests()).isEmpty();
    }

    @Test
    void a_body_that_breaks_its_framing_is_400_before_its_service_hears_of_it() throws Exception {
        serveTwo("retry: null");
        var client = client().send(post("/", "Transfer-Encoding: chunked")).send(chunk(5));
        assertProblem(client.send("nonsense\r\n").read(), 400, "malformed-request");
        assertThat(client.closedByPeer()).isTrue();
        assertThat(origin.requests()).isEmpty();
        assertTargetIsNotBlamed();
    }

    @Test
    void what_does_not_fit_stays_with_the_client_until_there_is_a_place() throws Exception {
        var answers = new Semaphore(0);
        serveTwo(
                exchange -> {
                    var length = exchange.body().bytes().length;
                    answers.acquireUninterruptibly();
                    exchange.reply("200 OK", length + " bytes");
                },
                "retry: null, limits: { body: 1GiB }");
        var length = 64 * 1024 * 1024;
        var first = clientOfOneLoop().send(RawClient.request("GET", "/"));
        awaitLoad(load -> load.inFlight() == 1);
        var second = clientOfOneLoop().send(post("/", "Content-Length: " + length));
        var sent = second.sendInBackground(new byte[length]);
        awaitLoad(load -> load.waiting() == 1);
        assertThat(clientOfOneLoop()
                        .send(RawClient.request("GET", "/soon"))
                        .read()
                        .status())
                .isEqualTo(504); // 300 ms later
        assertThat(sent).isNotDone();
        answers.release(2);
        assertThat(first.read().text()).isEqualTo("0 bytes");
        assertThat(second.read().text()).isEqualTo(length + " bytes");
    }

    @Test
    void one_that_finds_no_room_with_a_body_half_read_is_refused_and_ends() throws Exception {
        var answers = new Semaphore(0);
        serveTwo(
                exchange -> {
                    exchange.body();
                    answers.acquireUninterruptibly();
                    exchange.reply("200 OK", "done");
                },
                "retry: null, limits: { body: 1GiB }");
        var first = clientOfOneLoop().send(RawClient.request("GET", "/"));
        awaitLoad(load -> load.inFlight() == 1);
        var second = clientOfOneLoop().send(post("/soon", "Content-Length: 1000000"));
        var sent = second.sendInBackground(new byte[1_000_000]);
        assertProblem(second.read(), 504, "total-timeout");
        assertThat(second.closedByPeer()).isTrue();
        assertThat(sent.handle((done, failure) -> "over")).succeedsWithin(Duration.ofSeconds(30));
        answers.release(1);
        assertThat(first.read().status()).isEqualTo(200);
    }

    @Test
    void what_was_gathered_is_sent_again() throws Exception {
        serve(
                Answers.inOrder(
                        Answers.status("503 Service Unavailable", "later"),
                        exchange -> exchange.reply("200 OK", exchange.body().text())),
                "retry: { attempts: 2, when: 503, backoff: 1ms }");
        var client = client().send(RawClient.request("PUT", "/", "Transfer-Encoding: chunked"));
        var answer =
                client.send("5\r\nhello\r\n").send("5\r\nworld\r\n0\r\n\r\n").read();
        assertThat(answer.status() + " " + answer.text())
                .isEqualTo(differing("200 helloworld", "503 later", "the web proxy makes one attempt"));
    }

    @Test
    void a_route_that_streams_and_a_client_that_asks_first_are_not_waited_for() throws Exception {
        serve(exchange -> {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nearly");
            exchange.hang();
        });
        gateway.reload("""
                services: { origin: { targets: "%s", forwarder: %s } }
                routes:   { all: { match: { path: "/**" }, to: origin, limits: { streaming: true } } }
                """, origin.url(), carrier == Carrier.OWN ? "own" : "web-proxy");
        for (var framing : List.of("Content-Length: 60000", "Content-Length: 100000", "Transfer-Encoding: chunked")) {
            assertThat(client().send(post("/", framing))
                            .send("1\r\na\r\n")
                            .read()
                            .text())
                    .isEqualTo("early");
        }
    }
}
