package gatehouse.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One request at the origin and the means to answer it, rightly or wrongly. The body is read when asked for. */
public final class RawExchange {
    private final RawOrigin origin;
    private final RawConnection connection;
    private final Head head;
    private final int numberOnConnection;
    private @Nullable Body body;

    RawExchange(RawOrigin origin, RawConnection connection, Head head, int numberOnConnection) {
        this.origin = origin;
        this.connection = connection;
        this.head = head;
        this.numberOnConnection = numberOnConnection;
    }

    /** The connection that it came on. */
    public RawConnection connection() {
        return connection;
    }

    /** The request line and the fields as they came. */
    public Head head() {
        return head;
    }

    /** 1 for the first request of the connection. */
    public int numberOnConnection() {
        return numberOnConnection;
    }

    /** First word of the request line. */
    public String method() {
        return head.startLine().substring(0, head.startLine().indexOf(' '));
    }

    /** What stands between the first and the last blank of the request line. */
    public String target() {
        String line = head.startLine();
        return line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '));
    }

    /** First value of a field, or null. */
    public @Nullable String header(String name) {
        return head.header(name);
    }

    /** Reads the body to its end, once. */
    public Body body() throws IOException {
        if (body == null) {
            body = connection.reader().requestBody(head);
        }
        return body;
    }

    /** Sends one byte per character (ISO-8859-1), exactly these. */
    public void send(String text) throws IOException {
        connection.send(text);
    }

    /** Sends exactly these bytes. */
    public void send(byte[] bytes) throws IOException {
        connection.send(bytes);
    }

    /** A whole answer with {@code Content-Length}: status and reason, body in UTF-8, then field lines such as {@code "A: b"}. */
    public void reply(String status, String text, String... fields) throws IOException {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        var answer = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
        for (String field : fields) {
            answer.append(field).append("\r\n");
        }
        answer.append("Content-Length: ").append(content.length).append("\r\n\r\n");
        if (!method().equals("HEAD")) {
            answer.append(new String(content, StandardCharsets.ISO_8859_1));
        }
        send(answer.toString());
    }

    /** Waits until the origin is released or the connection has ended. */
    public void hang() {
        origin.awaitReleased(connection);
    }

    /** Closes the connection. */
    public void close() throws IOException {
        connection.close();
    }

    /** Resets the connection. */
    public void reset() throws IOException {
        connection.reset();
    }

    @Override
    public String toString() {
        return head.startLine() + " on connection " + connection.number();
    }
}
