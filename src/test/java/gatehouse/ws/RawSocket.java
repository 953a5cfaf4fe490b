package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client of WebSockets on a plain socket: sends exactly the frames it is given, shows exactly those that came. */
final class RawSocket implements AutoCloseable {
    static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    private static final int MASK = 0x37fa213d;

    private final RawClient client;

    private RawSocket(RawClient client) {
        this.client = client;
    }

    /** A frame as it came. */
    record Frame(int first, byte[] payload) {
        int opcode() {
            return first & 0xf;
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        int code() {
            return payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
        }

        String reason() {
            return new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        }
    }

    static RawSocket over(RawClient client) {
        return new RawSocket(client);
    }

    static RawSocket open(int port, String target, String... fields) throws IOException {
        var socket = new RawSocket(RawClient.connect(port));
        assertThat(socket.shake(target, fields).status()).isEqualTo(101);
        return socket;
    }

    /** Asks for a WebSocket and reads the answer. */
    RawResponse shake(String target, String... fields) throws IOException {
        return client.send(request(target, fields)).read();
    }

    /** A whole request for a WebSocket. */
    static String request(String target, String... fields) {
        var all = new ArrayList<>(List.of(
                "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + KEY));
        all.addAll(List.of(fields));
        return RawClient.request("GET", target, all.toArray(String[]::new));
    }

    /** A masked frame. */
    static byte[] frame(int first, byte[] payload) {
        return frame(first, payload, true);
    }

    static byte[] frame(int first, byte[] payload, boolean masked) {
        var frame = ByteBuffer.allocate(payload.length + 14);
        var mask = masked ? 0x80 : 0;
        frame.put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) (mask | payload.length));
        } else if (payload.length < 65536) {
            frame.put((byte) (mask | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (mask | 127)).putLong(payload.length);
        }
        if (masked) {
            frame.putInt(MASK);
        }
        for (var i = 0; i < payload.length; i++) {
            frame.put((byte) (masked ? payload[i] ^ (MASK >>> (24 - 8 * (i & 3))) : payload[i]));
        }
        var bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] closing(int code, String reason) {
        var text = bytes(reason);
        return ByteBuffer.allocate(text.length + 2)
                .putShort((short) code)
                .put(text)
                .array();
    }

    RawSocket send(int first, String text) throws IOException {
        return send(first, bytes(text));
    }

    RawSocket send(int first, byte[] payload) throws IOException {
        client.send(frame(first, payload));
        return this;
    }

    RawSocket raw(byte[] bytes) throws IOException {
        client.send(bytes);
        return this;
    }

    RawSocket text(String text) throws IOException {
        return send(0x81, text);
    }

    /** The next frame, masked or not. */
    Frame read() throws IOException {
        var head = client.readBytes(2);
        assertThat(head).as("a frame").hasSize(2);
        long length = head[1] & 0x7f;
        if (length == 126) {
            length = ByteBuffer.wrap(client.readBytes(2)).getShort() & 0xffff;
        } else if (length == 127) {
            length = ByteBuffer.wrap(client.readBytes(8)).getLong();
        }
        var key = (head[1] & 0x80) != 0 ? ByteBuffer.wrap(client.readBytes(4)).getInt() : 0;
        var payload = client.readBytes((int) length);
        for (var i = 0; i < payload.length; i++) {
            payload[i] ^= (byte) (key >>> (24 - 8 * (i & 3)));
        }
        return new Frame(head[0] & 0xff, payload);
    }

    RawClient client() {
        return client;
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
