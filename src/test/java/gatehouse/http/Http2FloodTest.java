package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of HTTP/2 that keep a connection busy with anything but requests (RFC 9113 §10.5). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class Http2FloodTest {
    private static final String CALM = "GOAWAY 11";
    private static final int RESETS = 100;
    private static final int CONTROL_FRAMES = 1000;
    private static final byte[] CANCEL = {0, 0, 0, 8};

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = Scene.start("""
                services: { origin: { targets: "%s", pool: { max: 256 } } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """);
    }

    @AfterAll
    static void stop() throws IOException {
        scene.close();
    }

    @BeforeEach
    void the_origin_says_hello() {
        scene.answering(Answers.ok("hello"));
    }

    @AfterEach
    void the_next_request_is_served() throws IOException {
        scene.stillServes();
    }

    private static RawHttp2 http2() throws IOException {
        return new RawHttp2(scene.client());
    }

    /** What a client that goes on until it is stopped sees in the end; where it is reset, it may not see why. */
    private static void assertStopped(RawHttp2 client) throws IOException {
        assertThat(client.outcome(999_999).end()).isIn(CALM, "CLOSED");
    }

    @Test
    void two_thousand_streams_that_are_reset_at_once_start_a_hundred_requests_at_most() throws IOException {
        scene.answering(Answers.hang("late"));
        var before = scene.requestsAtOrigin();
        var burst = new ByteArrayOutputStream();
        try (var client = http2()) {
            client.get(1, "/").await(RawHttp2.SETTINGS);
            for (var i = 1; i < 2000; i++) {
                burst.writeBytes(RawHttp2.getBytes(1 + 2 * i, "/"));
                burst.writeBytes(RawHttp2.bytes(RawHttp2.RST_STREAM, 0, 1 + 2 * i, CANCEL));
            }
            var unused = client.socket().sendInBackground(burst.toByteArray());
            assertStopped(client);
        }
        scene.awaitNothingInFlight();
        assertThat(scene.requestsAtOrigin() - before).isLessThanOrEqualTo(RESETS + 1);
    }

    @Test
    void resets_of_the_client_are_counted() throws IOException {
        scene.answering(Answers.hang("late"));
        try (var client = http2()) {
            for (var i = 0; i <= RESETS; i++) {
                client.get(1 + 2 * i, "/").frame(RawHttp2.RST_STREAM, 0, 1 + 2 * i, CANCEL);
            }
            assertThat(client.outcome(999_999).end()).isEqualTo(CALM);
        }
    }

    @Test
    void resets_that_a_client_makes_the_gateway_send_are_counted() throws IOException {
        scene.answering(Answers.hang("late"));
        var before = scene.requestsAtOrigin();
        try (var client = http2()) {
            for (var i = 0; i <= RESETS; i++) {
                client.get(1 + 2 * i, "/").windowUpdate(1 + 2 * i, 0); // a stream error (RFC 9113 §6.9)
            }
            assertThat(client.outcome(999_999).end()).isEqualTo(CALM);
        }
        scene.awaitNothingInFlight();
        assertThat(scene.requestsAtOrigin() - before).isLessThanOrEqualTo(RESETS + 1);
    }

    @Test
    void resets_of_both_sides_are_counted_together() throws IOException {
        scene.answering(Answers.hang("late"));
        try (var client = http2()) {
            for (var i = 0; i <= RESETS; i += 2) {
                client.get(1 + 2 * i, "/").frame(RawHttp2.RST_STREAM, 0, 1 + 2 * i, CANCEL);
                client.get(3 + 2 * i, "/").windowUpdate(3 + 2 * i, 0);
            }
            assertThat(client.outcome(999_999).end()).isEqualTo(CALM);
        }
    }

    @Test
    void that_a_client_takes_no_headers_is_advice_that_is_not_followed_RFC_9113_6_5_2() throws IOException {
        try (var client = new RawHttp2(scene.client(), 6, 1)) {
            for (var i = 0; i < 2 * RESETS; i++) {
                assertThat(client.get(1 + 2 * i, "/").outcome(1 + 2 * i).status())
                        .isEqualTo("200");
            }
        }
    }

    @ParameterizedTest(name = "frames of type {0} with {2} bytes on stream {1}")
    @CsvSource({
        "2, 1, 5", // PRIORITY
        "2, 9001, 5",
        "4, 0, 0", // SETTINGS
        "4, 0, 6",
        "6, 0, 8", // PING
        "8, 0, 4", // WINDOW_UPDATE
        "8, 1, 4",
        "3, 1, 4", // RST_STREAM of a stream that has ended
        "200, 0, 1", // a type that nobody knows
        "200, 1, 0",
    })
    void frames_that_are_about_no_request_end_the_connection_when_they_are_many(int type, int stream, int bytes)
            throws IOException {
        var payload = ByteBuffer.allocate(bytes);
        if (bytes == 4) {
            payload.putInt(1);
        } else if (bytes == 5) {
            payload.putInt(3);
        } else if (bytes == 6) {
            payload.putShort((short) 3).putInt(100);
        }
        try (var client = http2()) {
            assertThat(client.get(1, "/").outcome(1).status()).isEqualTo("200");
            var frames = new ByteArrayOutputStream();
            for (var i = 0; i < CONTROL_FRAMES / 2; i++) {
                frames.writeBytes(RawHttp2.bytes(type, 0, stream, payload.array()));
            }
            if (type != RawHttp2.RST_STREAM) {
                client.socket().send(frames.toByteArray());
                assertThat(client.get(3, "/").outcome(3).status()).isEqualTo("200");
            }
            client.socket().send(frames.toByteArray());
            var unused = client.socket().sendInBackground(frames.toByteArray());
            assertStopped(client);
        }
    }

    @Test
    void empty_parts_of_a_body_end_the_connection_when_they_are_many() throws IOException {
        try (var client = http2()) {
            client.post(1, "/");
            for (var i = 0; i < 5; i++) {
                client.data(1, false, "");
            }
            assertStopped(client);
        }
    }

    @Test
    void a_download_in_very_small_steps_is_none_of_that() throws Exception {
        try (var patient = Scene.start("""
                listeners: { web: { listen: "127.0.0.1:0", limits: { http2: { controlFrames: 100 } } } }
                services: { origin: { targets: "%s" } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """);
                var client = new RawHttp2(patient.client(), 4, 2048)) {
            var size = 2_000_000;
            patient.answering(Answers.ok("a".repeat(size)));
            client.get(1, "/");
            for (var received = 0; received < size; ) {
                var part = client.await(RawHttp2.DATA).payload().length;
                received += part;
                for (var step = 0; step < part; step += 256) {
                    var more = Math.min(256, part - step);
                    client.windowUpdate(0, more).windowUpdate(1, more);
                }
            }
            patient.answering(Answers.ok("and on"));
            assertThat(client.get(3, "/").outcome(3).body()).isEqualTo("and on");
        }
    }

    @ParameterizedTest(name = "in parts of {0} bytes")
    @ValueSource(ints = {0, 1, 8000})
    void a_header_section_that_goes_on_and_on_ends_the_connection(int part) throws IOException {
        var before = scene.bytesAtOrigin();
        try (var client = http2()) {
            client.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, new byte[] {(byte) 0x82, (byte) 0x86, (byte) 0x84});
            var parts = new ByteArrayOutputStream();
            for (var i = 0; i < 50; i++) {
                parts.writeBytes(RawHttp2.bytes(RawHttp2.CONTINUATION, 0, 1, new byte[part]));
            }
            var unused = client.socket().sendInBackground(parts.toByteArray());
            assertThat(client.outcome(1).end()).isIn(CALM, "GOAWAY 1", "GOAWAY 9", "CLOSED");
        }
        assertThat(scene.bytesAtOrigin()).isEqualTo(before);
    }

    @ParameterizedTest(name = "{0} references to a field of {1} bytes")
    @CsvSource({"200, 1", "2000, 1", "15000, 1", "200, 3000"})
    void a_head_of_many_references_to_one_field_goes_nowhere(int references, int size) throws IOException {
        var before = scene.bytesAtOrigin();
        var head = new ByteArrayOutputStream();
        head.writeBytes(new byte[] {(byte) 0x82, (byte) 0x86, (byte) 0x84}); // GET http /
        head.writeBytes(new byte[] {0x41, 1, 'a'}); // :authority, kept at 62
        head.writeBytes(new byte[] {0x40, 1, 'x'}); // a field, kept at 62 now
        if (size < 127) {
            head.write(size);
        } else {
            head.write(127);
            head.write((size - 127) % 128 | 128);
            head.write((size - 127) / 128);
        }
        head.writeBytes("v".repeat(size).getBytes());
        for (var i = 0; i < references; i++) {
            head.write(0x80 | 62);
        }
        try (var client = http2()) {
            client.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM | RawHttp2.END_HEADERS, 1, head.toByteArray());
            var outcome = client.outcome(1);
            assertThat(outcome.end().equals("END") ? outcome.status() : outcome.end())
                    .isIn("431", "RST 1", CALM, "GOAWAY 1");
        }
        assertThat(scene.bytesAtOrigin()).isEqualTo(before);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "data on no stream,              0, 0, 0,  1",
        "data on a stream never opened,  0, 0, 9,  1",
        "data on an even stream,         0, 0, 2,  1",
        "head on no stream,              1, 5, 0,  1",
        "head on an even stream,         1, 5, 2,  1",
        "a frame that is too long,       0, 1, 1,  16385",
        "more padding than payload,      0, 8, 1,  3",
        "settings of five bytes,         4, 0, 0,  5",
        "settings on a stream,           4, 0, 1,  6",
        "a reset of a stream never seen, 3, 0, 9,  4",
        "a reset on no stream,           3, 0, 0,  4",
        "a ping of seven bytes,          6, 0, 0,  7",
        "a push promise,                 5, 4, 1,  5",
        "a continuation of nothing,      9, 4, 1,  1",
        "an update of no window by 0,    8, 0, 0,  4",
    })
    void a_frame_that_breaks_the_rules_ends_the_connection(String what, int type, int flags, int stream, int bytes)
            throws IOException {
        scene.answering(Answers.hang("late"));
        try (var client = http2()) {
            client.post(1, "/");
            var payload = new byte[bytes];
            if ((flags & 8) != 0) {
                payload[0] = 100;
            }
            client.frame(type, flags, stream, payload);
            assertThat(client.outcome(999_999).end()).as(what).startsWith("GOAWAY ");
        }
        scene.awaitNothingInFlight();
    }

    @ParameterizedTest(name = "setting {0} of {1}")
    @CsvSource({"2, 2", "4, -2147483648", "5, 1", "5, 16777216"})
    void a_setting_out_of_its_range_ends_the_connection_RFC_9113_6_5_2(int setting, int value) throws IOException {
        try (var client = new RawHttp2(scene.client(), setting, value)) {
            assertThat(client.outcome(1).end()).startsWith("GOAWAY ");
        }
    }

    @Test
    void nothing_comes_between_the_parts_of_a_header_section_RFC_9113_6_10() throws IOException {
        var before = scene.bytesAtOrigin();
        for (var type : new int[] {RawHttp2.PING, RawHttp2.HEADERS}) {
            try (var client = http2()) {
                client.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, new byte[] {(byte) 0x82});
                client.frame(type, 0, type == RawHttp2.PING ? 0 : 3, new byte[8]);
                assertThat(client.outcome(1).end()).isEqualTo("GOAWAY 1");
            }
        }
        assertThat(scene.bytesAtOrigin()).isEqualTo(before);
    }

    @Test
    void a_window_that_is_opened_too_far_ends_its_stream_or_the_connection_RFC_9113_6_9_1() throws IOException {
        scene.answering(Answers.hang("late"));
        try (var client = http2()) {
            client.post(1, "/").windowUpdate(1, Integer.MAX_VALUE);
            assertThat(client.outcome(1).end()).isEqualTo("RST 3");
            client.windowUpdate(0, Integer.MAX_VALUE);
            assertThat(client.outcome(3).end()).isEqualTo("GOAWAY 3");
        }
        scene.awaitNothingInFlight();
    }

    @ParameterizedTest(name = "SETTINGS_HEADER_TABLE_SIZE {0}")
    @ValueSource(ints = {0, 4096, -1})
    void answers_use_no_table_of_the_clients_for_headers_RFC_7541_4_2(int size) throws IOException {
        try (var client = new RawHttp2(scene.client(), 1, size)) {
            var sizes = new ArrayList<Integer>();
            for (var i = 0; i < 3; i++) {
                var head = client.get(1 + 2 * i, "/").await(RawHttp2.HEADERS).payload();
                assertThat(head).as("a field that is kept").doesNotContain((byte) 0x40);
                sizes.add(head.length);
            }
            assertThat(sizes.get(0)).as("with the change of the size").isEqualTo(sizes.get(1) + 1);
            assertThat(sizes.get(2)).isEqualTo(sizes.get(1));
        }
    }

    @Test
    void data_on_a_stream_that_has_ended_harms_no_other() throws IOException {
        try (var client = http2()) {
            assertThat(client.get(1, "/").outcome(1).status()).isEqualTo("200");
            client.data(1, false, "late").get(3, "/");
            var outcome = client.outcome(3);
            assertThat(outcome.end().equals("END") ? outcome.status() : outcome.end())
                    .isIn("200", "GOAWAY 5", "GOAWAY 1");
        }
    }

    @Test
    void priorities_are_not_looked_at_even_where_a_stream_depends_on_itself() throws IOException {
        try (var client = http2()) {
            for (var i = 1; i <= 400; i++) { // a chain as deep as the budget of frames allows
                client.frame(
                        RawHttp2.PRIORITY_FRAME,
                        0,
                        1 + 2 * i,
                        ByteBuffer.allocate(5).putInt(2 * i - 1).array());
            }
            assertThat(client.get(1001, "/").outcome(1001).status()).isEqualTo("200");
            client.frame(
                    RawHttp2.PRIORITY_FRAME,
                    0,
                    1003,
                    ByteBuffer.allocate(5).putInt(1003).array());
            assertThat(client.get(1005, "/").outcome(1005).end()).isIn("END", "GOAWAY 1");
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {":path", ":status", "content-length", "transfer-encoding", "connection"})
    void trailers_that_are_none_reach_nobody(String name) throws IOException {
        try (var client = http2()) {
            client.post(1, "/trailers").data(1, false, "body");
            client.headers(1, true, name, "5");
            var outcome = client.outcome(1);
            assertThat(outcome.end()).isIn("END", "RST 1", "GOAWAY 1");
        }
        for (var request : scene.origin().requests()) {
            assertThat(request.head().raw()).doesNotContain("Trailer");
        }
    }

    @Test
    void windows_for_bodies_are_as_configured_and_open_no_further_while_nobody_reads_RFC_9113_6_9() throws Exception {
        try (var busy = Scene.start("""
                services: { origin: { targets: "%s", pool: { max: 1 } } }
                routes:   { all: { match: { path: "/**" }, to: origin, timeout: { connect: 1s } } }
                """)) {
            busy.answering(Answers.hang("late"));
            try (var client = new RawHttp2(busy.client())) {
                var settings = ByteBuffer.wrap(client.await(RawHttp2.SETTINGS).payload());
                var windows = new ArrayList<Integer>();
                while (settings.hasRemaining()) {
                    var key = settings.getShort();
                    var value = settings.getInt();
                    if (key == 4) {
                        windows.add(value);
                    }
                }
                var connection = ByteBuffer.wrap(
                                client.await(RawHttp2.WINDOW_UPDATE).payload())
                        .getInt();
                assertThat(connection).isEqualTo(1024 * 1024 - 65_535);
                assertThat(windows).isIn(List.of(), List.of(65_536));

                client.get(1, "/busy");
                busy.origin().awaitRequests(1);
                client.post(3, "/waits"); // for the one connection to the target
                for (var i = 0; i < 4; i++) {
                    client.data(3, false, "a".repeat(16_000));
                }
                var frame = client.read();
                while (frame != null && frame.stream() != 3) {
                    frame = client.read();
                }
                assertThat(frame).isNotNull();
                assertThat(frame.type()).isEqualTo(RawHttp2.HEADERS); // its refusal, and no update of the window before
            }
            busy.origin().release();
        }
    }
}
