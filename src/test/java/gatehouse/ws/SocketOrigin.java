package gatehouse.ws;

import gatehouse.testing.RawConnection;
import gatehouse.testing.RawExchange;
import gatehouse.testing.RawOrigin;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Targets that switch to WebSocket, and what they do then. */
final class SocketOrigin {
    private SocketOrigin() {}

    /** What is done with a connection that was switched. */
    @FunctionalInterface
    interface Talk {
        void with(RawConnection connection) throws IOException;
    }

    /** A target that switches and then talks. */
    static RawOrigin switching(Talk talk, String... fields) throws IOException {
        return RawOrigin.answering(exchange -> {
            if (exchange.header("Upgrade") == null) {
                exchange.reply("200 OK", "plain");
                return;
            }
            exchange.send(head(exchange, fields));
            talk.with(exchange.connection());
            exchange.connection().close();
        });
    }

    /** The head of a right answer. */
    static String head(RawExchange exchange, String... fields) {
        var key = exchange.header("Sec-WebSocket-Key");
        var accept = RawSocket.KEY.equals(key) ? RawSocket.ACCEPT : gatehouse.forward.WebSocketKeys.answer(key);
        var head = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: " + accept + "\r\n");
        for (var field : fields) {
            head.append(field).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    /** Sends back what comes, without masks, until a frame closes. */
    static void echo(RawConnection connection) throws IOException {
        for (var frame = read(connection.input()); ; frame = read(connection.input())) {
            connection.send(RawSocket.frame(frame.first(), frame.payload(), false));
            if (frame.opcode() == Frames.CLOSE) {
                return;
            }
        }
    }

    /** Waits for the end and does nothing. */
    static void idle(RawConnection connection) throws IOException {
        while (connection.input().read() >= 0) {}
    }

    /** The next frame that a client has sent. */
    static RawSocket.Frame read(InputStream in) throws IOException {
        var first = in.read();
        if (first < 0) {
            throw new EOFException("no frame");
        }
        var second = in.read();
        long length = second & 0x7f;
        if (length == 126) {
            length = ByteBuffer.wrap(in.readNBytes(2)).getShort() & 0xffff;
        } else if (length == 127) {
            length = ByteBuffer.wrap(in.readNBytes(8)).getLong();
        }
        if ((second & 0x80) == 0) {
            throw new IOException("a frame without a mask");
        }
        var key = ByteBuffer.wrap(in.readNBytes(4)).getInt();
        var payload = in.readNBytes((int) length);
        for (var i = 0; i < payload.length; i++) {
            payload[i] ^= (byte) (key >>> (24 - 8 * (i & 3)));
        }
        return new RawSocket.Frame(first, payload);
    }
}
