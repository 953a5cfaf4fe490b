package gatehouse.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A connection of HTTP/2 as lines, one frame each: {@code type flags stream} in decimal, a blank and the payload. The
 * payload of HEADERS is a list of {@code name=value}, each behind a byte 1, which is sent literally (RFC 7541 §6.2.2).
 */
final class Http2Script {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int GOAWAY = 7;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    private Http2Script() {}

    /** A frame; numbers that don't fit are cut where they are written. */
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }
    }

    static List<Frame> read(byte[] script) {
        var frames = new ArrayList<Frame>();
        for (var line : Bytes.text(script).split("\n", -1)) {
            var words = line.split(" ", 4);
            if (words.length >= 3) {
                frames.add(new Frame(
                        number(words[0]),
                        number(words[1]),
                        number(words[2]),
                        Bytes.of(words.length < 4 ? "" : words[3])));
            }
        }
        return frames;
    }

    private static int number(String word) {
        return word.matches("[0-9]{1,9}") ? Integer.parseInt(word) : 0;
    }

    /** Names and values of a HEADERS payload in their order. */
    static List<Map.Entry<String, String>> fields(byte[] payload) {
        var fields = new ArrayList<Map.Entry<String, String>>();
        for (var pair : Bytes.text(payload).split("\u0001", -1)) {
            var equals = pair.indexOf('=', 1);
            if (equals > 0) {
                fields.add(Map.entry(pair.substring(0, equals), pair.substring(equals + 1)));
            }
        }
        return fields;
    }

    /** The preface and all frames. */
    static byte[] write(List<Frame> frames) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(Bytes.of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        out.writeBytes(frame(4, 0, 0, new byte[0]));
        for (var frame : frames) {
            var payload = frame.type() == HEADERS ? block(frame.payload()) : frame.payload();
            // padding and priority would make something else of the payload than the line says
            var flags = frame.type() <= HEADERS ? frame.flags() & ~(8 | 32) : frame.flags();
            out.writeBytes(frame(frame.type(), flags, frame.stream(), payload));
        }
        return out.toByteArray();
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        var frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        return frame.put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    private static byte[] block(byte[] payload) {
        var block = new ByteArrayOutputStream();
        for (var field : fields(payload)) {
            block.write(0);
            literal(block, Bytes.of(field.getKey()));
            literal(block, Bytes.of(field.getValue()));
        }
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, byte[] bytes) {
        block.write(Math.min(bytes.length, 127));
        if (bytes.length >= 127) {
            var rest = bytes.length - 127;
            for (; rest >= 128; rest >>= 7) {
                block.write(rest & 127 | 128);
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    /** Whole frames of what came. */
    static List<Frame> frames(byte[] received) {
        var frames = new ArrayList<Frame>();
        for (var at = 0; at + 9 <= received.length; ) {
            var length = (received[at] & 0xff) << 16 | (received[at + 1] & 0xff) << 8 | received[at + 2] & 0xff;
            if (at + 9 + length > received.length) {
                break;
            }
            var stream = ByteBuffer.wrap(received, at + 5, 4).getInt() & Integer.MAX_VALUE;
            var payload = java.util.Arrays.copyOfRange(received, at + 9, at + 9 + length);
            frames.add(new Frame(received[at + 3], received[at + 4], stream, payload));
            at += 9 + length;
        }
        return frames;
    }

    /** What each stream got as its body, if it ended as it should. */
    static Map<Integer, String> bodies(List<Frame> frames) {
        var bodies = new LinkedHashMap<Integer, String>();
        var whole = new LinkedHashMap<Integer, String>();
        for (var frame : frames) {
            if (frame.type() == DATA) {
                bodies.merge(frame.stream(), Bytes.text(frame.payload()), String::concat);
            }
            if (frame.type() <= HEADERS && frame.has(END_STREAM)) {
                whole.put(frame.stream(), bodies.getOrDefault(frame.stream(), ""));
            }
        }
        return whole;
    }
}
