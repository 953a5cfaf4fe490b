package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What is published on a topic reaches clients, by server-sent events and over WebSockets. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PushTest {
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.startWithSockets("""
                node: { drain: { http: 500ms, websocket: 100ms } }
                topics: { replay: 3, most: 20, subscribers: 8, message: 64KiB }
                admin: { listen: "127.0.0.1:0", tokens: { ops: { value: "0123456789abcdef", role: admin }, eyes: { value: "fedcba9876543210", role: read } } }
                routes: { news: { match: { path: "/events/{topic}" }, to: { topic: "{topic}" } } }
                """);
    }

    @AfterAll
    static void close() {
        gateway.close();
    }

    /** One event of a stream. */
    static Map<String, String> event(RawClient client) throws IOException {
        var fields = new HashMap<String, String>();
        for (var line = line(client); ; line = line(client)) {
            if (line.isEmpty() && fields.containsKey("data")) {
                return fields;
            }
            var colon = line.indexOf(": ");
            if (colon > 0) {
                fields.merge(line.substring(0, colon), line.substring(colon + 2), (one, more) -> one + "\n" + more);
            }
        }
    }

    /** One line within chunks whose sizes are skipped with their line ends. */
    static String line(RawClient client) throws IOException {
        var line = new StringBuilder();
        while (true) {
            var octet = client.readBytes(1);
            assertThat(octet).as("more of the stream").isNotEmpty();
            if (octet[0] == '\n') {
                return line.toString();
            }
            line.append((char) (octet[0] & 0xff));
            if (line.toString().endsWith("\r")) {
                client.readBytes(1);
                line.setLength(0);
            }
        }
    }

    private static RawClient listen(String topic, String... fields) throws IOException {
        return listen(gateway, topic, fields);
    }

    static RawClient listen(TestGateway at, String topic, String... fields) throws IOException {
        var client = at.client();
        var all = new String[fields.length + 1];
        all[0] = "Accept: text/event-stream";
        System.arraycopy(fields, 0, all, 1, fields.length);
        var head =
                client.send(RawClient.request("GET", "/events/" + topic, all)).readHead();
        assertThat(head.startLine()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(head.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(line(client)).startsWith("retry: ");
        return client;
    }

    private static String publish(String topic, String text) {
        return gateway.node().openSockets().topics().publish(topic, text);
    }

    private static int post(String topic, String body, String token) throws IOException {
        try (var client = RawClient.connect(gateway.adminPort())) {
            return client.send(
                            "POST /admin/v1/topics/" + topic + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + token + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                                    + "\r\n\r\n"
                                    + body)
                    .read()
                    .status();
        }
    }

    @Test
    void a_browser_gets_what_is_posted_and_what_is_published_on_the_event_bus() throws Exception {
        try (var client = listen("weather")) {
            assertThat(post("weather", "{\"sun\": true}", "0123456789abcdef")).isEqualTo(202);
            assertThat(event(client)).containsEntry("data", "{\"sun\":true}").containsKey("id");

            gateway.vertx()
                    .eventBus()
                    .publish("gatehouse.topic.weather", new io.vertx.core.json.JsonObject().put("rain", 3));
            assertThat(event(client)).containsEntry("data", "{\"rain\":3}");
            gateway.vertx().eventBus().publish("gatehouse.topic.weather", "two\nlines");
            assertThat(event(client)).containsEntry("data", "two\nlines");
        }
    }

    @Test
    void only_who_may_write_publishes_and_only_under_a_proper_name() throws Exception {
        assertThat(post("weather", "{}", "fedcba9876543210")).isEqualTo(403);
        assertThat(post("weather", "{}", "nobody")).isEqualTo(401);
        assertThat(post("no%20name", "{}", "0123456789abcdef")).isEqualTo(422);
        assertThat(post("weather", "{", "0123456789abcdef")).isEqualTo(400);
    }

    @Test
    void a_client_that_comes_back_gets_what_it_has_missed_as_far_as_it_is_kept() throws Exception {
        String last;
        try (var client = listen("replay")) {
            publish("replay", "first");
            last = event(client).get("id");
        }
        publish("replay", "second");
        publish("replay", "third");

        try (var client = listen("replay", "Last-Event-ID: " + last)) {
            assertThat(event(client)).containsEntry("data", "second");
            assertThat(event(client)).containsEntry("data", "third");
        }
        try (var client = listen("replay", "Last-Event-ID: unknown")) {
            publish("replay", "from now on");
            assertThat(event(client)).containsEntry("data", "from now on");
        }
    }

    @Test
    void a_websocket_gets_it_as_text_frames_and_is_answered_pings_and_closes() throws Exception {
        try (var socket = RawSocket.open(gateway.port(), "/events/sockets")) {
            publish("sockets", "{\"n\":1}");
            assertThat(socket.read().text()).isEqualTo("{\"n\":1}");
            socket.send(0x89, "are you there");
            var frame = socket.read();
            assertThat(frame.opcode()).isEqualTo(Frames.PONG);
            assertThat(frame.text()).isEqualTo("are you there");
            assertThat(socket.send(0x88, RawSocket.closing(1000, "")).read().code())
                    .isEqualTo(1000);
            assertThat(socket.client().closedByPeer()).isTrue();
        }
    }

    @Test
    void a_client_that_does_not_read_skips_and_holds_no_memory() throws Exception {
        var text = "x".repeat(60_000);
        try (var client = RawClient.connect(gateway.port(), 4096)) {
            client.send(RawClient.request("GET", "/events/slow", "Accept: text/event-stream"))
                    .readHead();
            for (var i = 0; i < 500; i++) {
                publish("slow", i + text);
            }
            publish("slow", "the last");
            var end = "the last\n\n";
            var read = 0;
            for (var matched = 0; matched < end.length(); read++) {
                var octet = client.readBytes(1)[0];
                matched = octet == end.charAt(matched) ? matched + 1 : octet == end.charAt(0) ? 1 : 0;
            }
            assertThat(read).isLessThan(500 * 60_000 / 2);
        }
    }

    @Test
    void a_websocket_that_says_it_goes_and_reads_nothing_more_is_cut() throws Exception {
        try (var own = TestGateway.startWithSockets("""
                        listeners: { web: { listen: "127.0.0.1:0", protocols: [http1, websocket], limits: { stalled: 100ms } } }
                        routes: { news: { match: { path: "/events/{topic}" }, to: { topic: "{topic}" } } }
                        """);
                var client = RawClient.connect(own.port(), 4096)) {
            client.send(RawSocket.request("/events/slow")).readHead();
            var topics = own.node().openSockets().topics();
            for (var i = 0; i < 200; i++) {
                topics.publish("slow", "x".repeat(60_000));
            }
            client.send(RawSocket.frame(0x88, RawSocket.closing(1000, "")));
            var count = own.node().openSockets().count("news");
            Waiting.until("the end", () -> count.open() == 0);
        }
    }

    @Test
    void a_name_that_is_none_is_404_and_another_type_406() throws Exception {
        assertThat(RawClient.get(gateway.port(), "/events/no%20name", "Accept: text/event-stream")
                        .status())
                .isEqualTo(404);
        assertThat(RawClient.get(gateway.port(), "/events/weather", "Accept: application/json")
                        .status())
                .isEqualTo(406);
    }

    @Test
    void topics_that_nobody_listens_to_give_way_those_without_a_message_first() throws Exception {
        try (var own = TestGateway.startWithSockets("""
                topics: { most: 3 }
                routes: { news: { match: { path: "/events/{topic}" }, to: { topic: "{topic}" } } }
                """)) {
            String last;
            try (var client = listen(own, "kept")) {
                own.node().openSockets().topics().publish("kept", "first");
                last = event(client).get("id");
                own.node().openSockets().topics().publish("kept", "second");
            }
            for (var i = 0; i < 10; i++) {
                nobodyListens(own);
                listen(own, "name-" + i).close();
            }
            nobodyListens(own);
            try (var client = listen(own, "kept", "Last-Event-ID: " + last);
                    var one = listen(own, "one");
                    var two = listen(own, "two");
                    var more = own.client()) {
                assertThat(event(client)).containsEntry("data", "second");
                for (var other : Map.of("one", one, "two", two).entrySet()) {
                    own.node().openSockets().topics().publish(other.getKey(), other.getKey());
                    assertThat(event(other.getValue())).containsEntry("data", other.getKey());
                }
                assertThat(more.send(RawClient.request("GET", "/events/three"))
                                .read()
                                .status())
                        .isEqualTo(503);
            }
        }
    }

    private static void nobodyListens(TestGateway at) {
        Waiting.until(
                "places are free again", () -> at.node().metrics().scrape().contains("gatehouse_topic_subscribers 0"));
    }

    @Test
    void more_clients_than_may_listen_are_503() throws Exception {
        var clients = new java.util.ArrayList<RawClient>();
        try {
            var refused = false;
            for (var i = 0; i < 12 && !refused; i++) {
                var client = gateway.client();
                clients.add(client);
                var head = client.send(RawClient.request("GET", "/events/many", "Accept: text/event-stream"))
                        .readHead();
                refused = head.startLine().contains(" 503 ");
            }
            assertThat(refused).isTrue();
        } finally {
            for (var client : clients) {
                client.close();
            }
        }
        nobodyListens(gateway);
    }
}
