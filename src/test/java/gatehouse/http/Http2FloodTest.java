package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of HTTP/2 that keep a connection busy with anything but requests (RFC 9113 §10.5). */
class Http2FloodTest extends SceneCase {
    private static final String CALM = "GOAWAY 11";
    private static final int RESETS = 100;
    private static final int CONTROL_FRAMES = 1000;
    private static final byte[] CANCEL = {0, 0, 0, 8};

    Http2FloodTest() {
        super("""
                services: { origin: { targets: "%s", pool: { max: 256 } } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """);
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
            var parts = new ByteArrayOutputStream();
            for (var i = 0; i < 5; i++) {
                parts.writeBytes(RawHttp2.bytes(RawHttp2.DATA, 0, 1, new byte[0]));
            }
            client.socket().send(parts.toByteArray()); // at once: it ends before the last of them
            assertStopped(client);
        }
    }

    @Test
    void a_body_of_masses_of_tiny_parts_is_reset_unless_it_is_a_call() throws Exception {
        try (var roomy = Scene.start("""
                listeners: { web: { listen: "127.0.0.1:0", limits: { http2: { window: 1MiB } } } }
                services: { origin: { targets: "%s" } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """);
                var client = new RawHttp2(roomy.client())) {
            client.post(1, "/").socket().send(tinyParts(1));
            assertThat(client.outcome(1).end()).isEqualTo(CALM.replace("GOAWAY", "RST"));
            roomy.awaitNothingInFlight();
            client.post(3, "/", "content-type", "application/grpc").socket().send(tinyParts(3));
            assertThat(client.data(3, true, "").outcome(3).status()).isEqualTo("200");
            assertThat(roomy.lastRequest().body().bytes()).hasSize(102_000);
        }
    }

    private static byte[] tinyParts(int stream) {
        var parts = new ByteArrayOutputStream();
        for (var i = 0; i < 102_000; i++) {
            parts.writeBytes(RawHttp2.bytes(RawHttp2.DATA, 0, stream, new byte[] {'a'}));
        }
        return parts.toByteArray();
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

    @Test
    void a_header_section_a_little_over_the_limit_is_431_and_the_connection_lives_RFC_9113_10_5_1() throws Exception {
        var big = "a".repeat(7_000);
        var head = RawHttp2.block(
                ":method",
                "GET",
                ":scheme",
                "http",
                ":path",
                "/",
                ":authority",
                "localhost",
                "x-1",
                big,
                "x-2",
                big,
                "x-3",
                big,
                "x-4",
                big,
                "x-5",
                big);
        try (var client = http2()) {
            client.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, Arrays.copyOf(head, 16_000))
                    .frame(RawHttp2.CONTINUATION, 0, 1, Arrays.copyOfRange(head, 16_000, 32_000))
                    .frame(
                            RawHttp2.CONTINUATION,
                            RawHttp2.END_HEADERS,
                            1,
                            Arrays.copyOfRange(head, 32_000, head.length));
            assertThat(client.outcome(1).status()).isEqualTo("431");
            scene.answering(Answers.ok("and on"));
            assertThat(client.get(3, "/").outcome(3).body()).isEqualTo("and on");
        }
    }

    @ParameterizedTest(name = "{0} references to a field of {1} bytes")
    @CsvSource({"200, 1", "2000, 1", "15000, 1", "200, 3000"})
    void a_head_of_many_references_to_one_field_goes_nowhere(int references, int size) throws IOException {
        var head = new ByteArrayOutputStream();
        head.writeBytes(new byte[] {(byte) 0x82, (byte) 0x86, (byte) 0x84}); // GET http /
        head.writeBytes(new byte[] {0x41, 4, 'm', 'a', 'n', 'y'}); // :authority, kept at 62
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
        assertThat(scene.origin().text()).doesNotContain("ost: many"); // by name: others may still be on their way
    }
}
