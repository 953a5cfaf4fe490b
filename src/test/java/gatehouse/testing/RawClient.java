package gatehouse.testing;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An HTTP/1.1 client on a plain socket: sends exactly what it is given, shows exactly what came. Reads wait ten seconds. */
public final class RawClient implements AutoCloseable {
    private static final int CONTINUE = 100;
    private static final int SWITCHING = 101;

    private final Socket socket;
    private final InputStream in;
    private final WireReader reader;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        in = new BufferedInputStream(socket.getInputStream());
        reader = new WireReader(in);
    }

    /** Connects to a port of the loopback address. */
    public static RawClient connect(int port) throws IOException {
        return connect(port, 0);
    }

    /** Connects with a receive buffer of this size, so that a client which does not read is felt soon. */
    public static RawClient connect(int port, int receiveBuffer) throws IOException {
        var socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Signal.LIMIT_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) Signal.LIMIT_MILLIS);
        return over(socket);
    }

    /** Speaks over a socket that is connected already, such as a TLS one. */
    public static RawClient over(Socket socket) throws IOException {
        socket.setSoTimeout((int) Signal.LIMIT_MILLIS);
        return new RawClient(socket);
    }

    /** One {@code GET} on a connection of its own. */
    public static RawResponse get(int port, String target, String... fields) throws IOException {
        try (var client = connect(port)) {
            return client.send(request("GET", target, fields)).read();
        }
    }

    /** The text of a request without a body: {@code Host: localhost} and these field lines. */
    public static String request(String method, String target, String... fields) {
        var text = new StringBuilder(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
        for (String field : fields) {
            text.append(field).append("\r\n");
        }
        return text.append("\r\n").toString();
    }

    /** Sends one byte per character (ISO-8859-1) in one write. */
    public RawClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes in one write. */
    public RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends on a thread of its own, for what the other side may not read at once; fails when the connection ends. */
    public CompletableFuture<Void> sendInBackground(byte[] bytes) {
        var done = new CompletableFuture<Void>();
        var thread = new Thread(
                () -> {
                    try {
                        send(bytes);
                        done.complete(null);
                    } catch (IOException failure) {
                        done.completeExceptionally(new UncheckedIOException(failure));
                    }
                },
                "client-send");
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    /** The next final response with its body; interim ones are kept with it. Fails when the connection ends before. */
    public RawResponse read() throws IOException {
        return read("GET");
    }

    /** As {@link #read()}, for an answer to this method: one to {@code HEAD} has no body. */
    public RawResponse read(String method) throws IOException {
        List<Head> interim = new ArrayList<>();
        Head head = readHead();
        int status = RawResponse.statusOf(head);
        while (status >= CONTINUE && status < 200 && status != SWITCHING) {
            interim.add(head);
            head = readHead();
            status = RawResponse.statusOf(head);
        }
        boolean bodiless = method.equals("HEAD")
                || status == SWITCHING
                || status == 204
                || status == 304
                || (method.equals("CONNECT") && status / 100 == 2);
        Body body = bodiless ? Body.NONE : reader.responseBody(head);
        return new RawResponse(head, body, List.copyOf(interim));
    }

    /** The next head alone, interim or final; fails when the connection ends before. */
    public Head readHead() throws IOException {
        Head head = reader.head();
        if (head == null) {
            throw new EOFException("connection ended before a response");
        }
        return head;
    }

    /** Exactly so many bytes, or fewer when the other side ends before. */
    public byte[] readBytes(int count) throws IOException {
        return in.readNBytes(count);
    }

    /** Whether something has come that was not read. */
    public boolean available() throws IOException {
        return in.available() > 0;
    }

    /** Everything up to the end of the connection; fails when it ends with a reset. */
    public byte[] readAll() throws IOException {
        return in.readAllBytes();
    }

    /** As {@link #readAll()}, one character per byte (ISO-8859-1). */
    public String readAllText() throws IOException {
        return new String(readAll(), StandardCharsets.ISO_8859_1);
    }

    /** Waits for the end: true when the other side closed or reset, false when a byte came or nothing in ten seconds. */
    public boolean closedByPeer() throws IOException {
        in.mark(1);
        try {
            if (in.read() < 0) {
                return true;
            }
            in.reset();
            return false;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    /** As {@link #closedByPeer()}, true for a reset alone. */
    public boolean resetByPeer() throws IOException {
        in.mark(1);
        try {
            if (in.read() >= 0) {
                in.reset();
            }
            return false;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    /** Ends our direction; the other one stays open. */
    public RawClient halfClose() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Ends with RST. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
