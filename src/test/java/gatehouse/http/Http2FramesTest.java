package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Single frames of HTTP/2 that break the rules or change them, and what is said of windows and tables (RFC 9113 §6). */
class Http2FramesTest extends SceneCase {
    Http2FramesTest() {
        super("""
                services: { origin: { targets: "%s", pool: { max: 256 } } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """);
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
    @ValueSource(strings = {":path", ":status", ":unknown", "transfer-encoding", "connection"})
    void trailers_with_pseudo_fields_or_fields_of_the_connection_are_malformed_RFC_9113_8_1(String name)
            throws IOException {
        try (var client = http2()) {
            client.post(1, "/trailers").data(1, false, "body");
            client.headers(1, true, name, "5");
            assertThat(client.outcome(1).end()).isEqualTo("RST 1");
        }
        scene.awaitNothingInFlight();
        for (var request : scene.origin().requests()) {
            if (request.target().equals("/trailers")) {
                request.connection().awaitClosed();
                assertThat(request.connection().text()).doesNotEndWith("0\r\n\r\n");
            }
        }
    }

    @Test
    void a_length_among_the_trailers_is_dropped_as_they_all_are_RFC_9110_6_5_1() throws IOException {
        try (var client = http2()) {
            client.post(1, "/length").data(1, false, "body");
            client.headers(1, true, "content-length", "5", "x-sum", "1");
            assertThat(client.outcome(1).status()).isEqualTo("200");
        }
        assertThat(scene.lastRequest().body().text()).isEqualTo("body");
        assertThat(scene.lastRequest().body().trailers()).isEmpty();
        assertThat(scene.lastRequest().head().all("content-length")).isEmpty();
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

    @Test
    void the_end_of_a_connection_says_nothing_of_what_the_gateway_is_made_of_RFC_9113_6_8() throws IOException {
        try (var client = http2()) {
            var cut = RawHttp2.block(":method", "GET", ":path", "/");
            client.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, Arrays.copyOf(cut, cut.length - 1));
            var frame = client.read();
            while (frame != null && frame.type() != RawHttp2.GOAWAY) {
                frame = client.read();
            }
            assertThat(frame).isNotNull();
            assertThat(frame.payload()).hasSize(8);
            assertThat(client.read()).isNull();
        }
    }
}
