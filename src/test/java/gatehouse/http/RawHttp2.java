package gatehouse.http;

import gatehouse.testing.RawClient;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An HTTP/2 client that writes frames as it is told, valid or not (RFC 9113). */
public final class RawHttp2 implements AutoCloseable {
    public static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY_FRAME = 2;
    public static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    public static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    static final int PRIORITY = 32;

    private final RawClient client;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

    /** Over a connection; sends the preface. */
    public RawHttp2(RawClient client) throws IOException {
        this(client, new byte[0]);
    }

    /** With one setting of its own (RFC 9113 §6.5.2). */
    RawHttp2(RawClient client, int setting, int value) throws IOException {
        this(
                client,
                ByteBuffer.allocate(6).putShort((short) setting).putInt(value).array());
    }

    private RawHttp2(RawClient client, byte[] settings) throws IOException {
        this.client = client;
        client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        frame(SETTINGS, 0, 0, settings);
    }

    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean ends() {
            return type <= HEADERS && (flags & END_STREAM) != 0;
        }
    }

    /**
     * What became of a stream.
     *
     * @param heads heads of interim and final answers, then trailers
     * @param body bytes of the answer as text
     * @param end {@code END}, {@code RST n}, {@code GOAWAY n} or {@code CLOSED}
     */
    public record Outcome(List<Http2Headers> heads, String body, String end) {
        /** Status of the last head, or {@code none}. */
        public String status() {
            return heads.isEmpty()
                    ? "none"
                    : heads.get(heads.size() - 1).status().toString();
        }
    }

    /** A frame as it is told. */
    public RawHttp2 frame(int type, int flags, int stream, byte[] payload) throws IOException {
        client.send(bytes(type, flags, stream, payload));
        return this;
    }

    /** A frame as bytes (RFC 9113 §4.1). */
    static byte[] bytes(int type, int flags, int stream, byte[] payload) {
        var frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        return frame.array();
    }

    /** A head of these names and values in turn, literally and without an index (RFC 7541 §6.2.2). */
    public RawHttp2 headers(int stream, boolean end, String... pairs) throws IOException {
        return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(pairs));
    }

    static byte[] block(String... pairs) {
        var block = new ByteArrayOutputStream();
        for (var i = 0; i < pairs.length; i += 2) {
            block.write(0);
            literal(block, pairs[i]);
            literal(block, pairs[i + 1]);
        }
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, String text) {
        var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < 127) {
            block.write(bytes.length);
        } else {
            block.write(127);
            var rest = bytes.length - 127;
            for (; rest >= 128; rest >>= 7) {
                block.write(rest & 127 | 128);
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    /** The usual head of a GET, and more. */
    RawHttp2 get(int stream, String path, String... more) throws IOException {
        return headers(
                stream,
                true,
                with(more, ":method", "GET", ":scheme", "http", ":path", path, ":authority", "localhost"));
    }

    /** The usual head of a GET as bytes. */
    static byte[] getBytes(int stream, String path) {
        return bytes(
                HEADERS,
                END_HEADERS | END_STREAM,
                stream,
                block(":method", "GET", ":scheme", "http", ":path", path, ":authority", "localhost"));
    }

    RawHttp2 post(int stream, String path, String... more) throws IOException {
        return headers(
                stream,
                false,
                with(more, ":method", "POST", ":scheme", "http", ":path", path, ":authority", "localhost"));
    }

    RawHttp2 data(int stream, boolean end, String text) throws IOException {
        return frame(DATA, end ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Lets the other side send so many bytes more, on a stream or, with 0, on all of them (RFC 9113 §6.9). */
    RawHttp2 windowUpdate(int stream, int bytes) throws IOException {
        return frame(
                WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
    }

    /** Opens the window of the connection, and of the first so many streams. */
    RawHttp2 openWindows(int streams, int bytes) throws IOException {
        windowUpdate(0, 1 << 30);
        for (var i = 0; i < streams; i++) {
            windowUpdate(1 + 2 * i, bytes);
        }
        return this;
    }

    private static String[] with(String[] more, String... first) {
        var all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** The next frame, or null at the end of the connection. */
    Frame read() throws IOException {
        byte[] head;
        try {
            head = client.readBytes(9);
        } catch (java.net.SocketException reset) {
            return null;
        }
        if (head.length < 9) {
            return null;
        }
        var length = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | head[2] & 0xff;
        var stream = ByteBuffer.wrap(head, 5, 4).getInt() & Integer.MAX_VALUE;
        return new Frame(head[3], head[4], stream, client.readBytes(length));
    }

    /** Reads up to the next frame of a type. */
    Frame await(int type) throws IOException {
        while (true) {
            var frame = read();
            if (frame == null) {
                throw new java.io.EOFException("no frame of type " + type + " before the end");
            }
            if (frame.type() == HEADERS) {
                decode(frame);
            }
            if (frame.type() == type) {
                return frame;
            }
        }
    }

    /** Reads until a stream has ended in one way or another. */
    public Outcome outcome(int stream) throws IOException {
        var heads = new ArrayList<Http2Headers>();
        var body = new StringBuilder();
        while (true) {
            var frame = read();
            if (frame == null) {
                return new Outcome(heads, body.toString(), "CLOSED");
            }
            if (frame.type() == GOAWAY) {
                var code = ByteBuffer.wrap(frame.payload(), 4, 4).getInt();
                if (code != 0) {
                    return new Outcome(heads, body.toString(), "GOAWAY " + code);
                }
            } else if (frame.type() == HEADERS) {
                var decoded = decode(frame); // of every stream: they share one table
                if (frame.stream() == stream) {
                    heads.add(decoded);
                }
            } else if (frame.stream() == stream && frame.type() == DATA) {
                body.append(new String(frame.payload(), StandardCharsets.ISO_8859_1));
            } else if (frame.stream() == stream && frame.type() == RST_STREAM) {
                return new Outcome(
                        heads,
                        body.toString(),
                        "RST " + ByteBuffer.wrap(frame.payload()).getInt());
            }
            if (frame.stream() == stream && frame.ends()) {
                return new Outcome(heads, body.toString(), "END");
            }
        }
    }

    private Http2Headers decode(Frame frame) {
        try {
            var priority = (frame.flags() & PRIORITY) == 0 ? 0 : 5;
            var block = Unpooled.wrappedBuffer(frame.payload()).skipBytes(priority);
            return decoder.decodeHeaders(frame.stream(), block);
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
    }

    RawClient socket() {
        return client;
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
