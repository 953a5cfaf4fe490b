package gatehouse.faults;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One request at the fault origin and the means to answer it, rightly or wrongly. */
final class Call {
    /** The peer ended the connection while a behaviour waited or wrote. */
    static final class PeerLeft extends IOException {
        private static final long serialVersionUID = 1L;
        final boolean reset;

        PeerLeft(boolean reset) {
            super(reset ? "RST" : "FIN");
            this.reset = reset;
        }
    }

    private static final int MAX_HEAD = 256 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final OriginLog log;
    private final Map<String, String> fields;
    private final int numberOnConnection;
    private String behaviour;
    private boolean bodyRead;

    final String method;
    final String id;

    private Call(
            Socket socket,
            InputStream in,
            OriginLog log,
            int number,
            String method,
            String target,
            Map<String, String> fields)
            throws IOException {
        this.socket = socket;
        this.in = in;
        this.out = socket.getOutputStream();
        this.log = log;
        this.numberOnConnection = number;
        this.method = method;
        this.behaviour = target;
        this.fields = fields;
        this.id = fields.getOrDefault("x-req-id", "");
    }

    /** Reads the next head, or null when the connection ended before it. */
    static Call read(Socket socket, BufferedInputStream in, OriginLog log, int number) throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
            int next = in.read();
            if (next < 0 || head.length() > MAX_HEAD) {
                return null;
            }
            head.append((char) next);
        }
        log.read(head.length());
        var lines = head.toString().split("\r\n");
        var start = lines[0].split(" ");
        var fields = new HashMap<String, String>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            fields.merge(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).strip(),
                    (one, other) -> one + ", " + other);
        }
        return new Call(socket, in, log, number, start[0], start[1], fields);
    }

    /** Lets another behaviour answer than the one that the path names. */
    void behave(String target) {
        behaviour = target;
    }

    /** Name of the behaviour: the path without its first slash and without a query. */
    String name() {
        int query = behaviour.indexOf('?');
        var path = query < 0 ? behaviour : behaviour.substring(0, query);
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** A parameter of the behaviour. */
    String parameter(String name, String otherwise) {
        int query = behaviour.indexOf('?');
        if (query >= 0) {
            for (var pair : behaviour.substring(query + 1).split("&")) {
                if (pair.startsWith(name + "=")) {
                    return pair.substring(name.length() + 1);
                }
            }
        }
        return otherwise;
    }

    /** A parameter of the behaviour that is a number. */
    long number(String name, long otherwise) {
        return Long.parseLong(parameter(name, Long.toString(otherwise)));
    }

    /** 1 for the first request of the connection. */
    int numberOnConnection() {
        return numberOnConnection;
    }

    /** A field of the request, by its name in small letters. */
    String field(String name) {
        return fields.getOrDefault(name, "");
    }

    /** Reads the body to its end, at most so many bytes of it; gives how many came. */
    long body(long most) throws IOException {
        long read = 0;
        if (bodyRead) {
            return read;
        }
        if (field("transfer-encoding").contains("chunked")) {
            while (read < most) {
                var line = line();
                int size = Integer.parseInt(line.split(";")[0].strip(), 16);
                read += skip(size);
                line();
                if (size == 0) {
                    bodyRead = true;
                    return read;
                }
            }
            return read;
        }
        long length = field("content-length").isEmpty() ? 0 : Long.parseLong(field("content-length"));
        read = skip(Math.min(length, most));
        bodyRead = read == length;
        return read;
    }

    /** Reads the body to its end. */
    void body() throws IOException {
        body(Long.MAX_VALUE);
    }

    private long skip(long count) throws IOException {
        var buffer = new byte[16 * 1024];
        long left = count;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
                throw new PeerLeft(false);
            }
            log.read(read);
            left -= read;
        }
        return count;
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("connection ended inside a body");
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    /** Sends one byte per character. */
    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes; the log counts them as the kernel takes them. */
    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        log.wrote(bytes.length);
    }

    /** A whole answer with {@code Content-Length}. */
    void reply(String status, String text, String... lines) throws IOException {
        var answer = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
        for (var line : lines) {
            answer.append(line).append("\r\n");
        }
        answer.append("Content-Length: ").append(text.length()).append("\r\n\r\n");
        send(method.equals("HEAD") ? answer.toString() : answer + text);
    }

    /**
     * Waits so long, and fails at once when the peer leaves meanwhile.
     *
     * @return false when the wait was cut short because the peer sent something, which is left to be read
     */
    boolean pause(long millis) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = millis; left > 0; left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
            socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
            try {
                in.mark(1);
                if (in.read() < 0) {
                    throw new PeerLeft(false);
                }
                in.reset();
                return false;
            } catch (SocketTimeoutException over) {
                return true;
            } catch (PeerLeft left2) {
                throw left2;
            } catch (IOException reset) {
                throw new PeerLeft(true);
            } finally {
                socket.setSoTimeout(0);
            }
        }
        return true;
    }

    /** Waits until the peer leaves. */
    void hang() throws IOException {
        pause(Integer.MAX_VALUE);
    }

    /** Ends with FIN. */
    void close() throws IOException {
        socket.close();
    }

    /** Ends with RST. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
