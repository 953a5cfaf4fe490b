package gatehouse.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/**
 * One connection at the origin. A thread of its own reads whatever comes and keeps it, so that every byte is on record
 * and an end is noticed at once, also while a script waits; scripts read from that record.
 */
public final class RawConnection {
    private enum Incoming {
        OPEN,
        ENDED,
        RESET,
        CLOSED_HERE
    }

    private final int number;
    private final Socket socket;
    private final RawOrigin origin;
    private final Signal signal;
    private final WireReader reader = new WireReader(new Record());
    private final Bytes received = new Bytes();
    private int consumed;
    private Incoming incoming = Incoming.OPEN;
    private boolean closedHere;

    RawConnection(int number, Socket socket, RawOrigin origin, Signal signal) {
        this.number = number;
        this.socket = socket;
        this.origin = origin;
        this.signal = signal;
    }

    /** 1 for the first connection of the origin. */
    public int number() {
        return number;
    }

    /** Every byte that came so far. */
    public byte[] received() {
        byte[][] copy = new byte[1][];
        signal.change(() -> copy[0] = received.toByteArray());
        return copy[0];
    }

    /** Every byte that came so far, one character each (ISO-8859-1). */
    public String text() {
        return new String(received(), StandardCharsets.ISO_8859_1);
    }

    /** Whether the other side ended the connection, cleanly or not. */
    public boolean isClosedByPeer() {
        return signal.is(() -> incoming == Incoming.ENDED || incoming == Incoming.RESET);
    }

    /** Whether the other side ended the connection with a reset. */
    public boolean isResetByPeer() {
        return signal.is(() -> incoming == Incoming.RESET);
    }

    /** Waits until the other side has ended its direction or we have closed, at most ten seconds. */
    public void awaitClosed() {
        signal.await("end of connection " + number, () -> incoming != Incoming.OPEN);
    }

    /** Waits until so many bytes have come, at most ten seconds. */
    public void awaitReceived(int bytes) {
        signal.await(bytes + " bytes on connection " + number, () -> received.size() >= bytes);
    }

    /** Reads exactly so many bytes, or fewer when the other side ends before. */
    public byte[] read(int bytes) throws IOException {
        return input().readNBytes(bytes);
    }

    /** What the other side sends, for scripts that speak no HTTP. */
    public InputStream input() {
        return new Record();
    }

    /** Sends one byte per character (ISO-8859-1). */
    public void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes in one write. */
    public void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Ends our direction; the other one stays open. */
    public void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes: FIN, or RST when bytes are unread, as the kernel does. */
    public void close() throws IOException {
        signal.change(() -> closedHere = true);
        socket.close();
    }

    /** Ends with RST. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0); // first: a script that wakes up closes the socket too
        signal.change(() -> closedHere = true);
        socket.close();
    }

    boolean isClosedHere() {
        return signal.is(() -> closedHere);
    }

    boolean hasEnded() {
        return incoming != Incoming.OPEN || closedHere;
    }

    WireReader reader() {
        return reader;
    }

    /** The reading thread. */
    void record() {
        byte[] buffer = new byte[16 * 1024];
        Incoming end = Incoming.ENDED;
        try {
            var in = socket.getInputStream();
            while (true) {
                signal.awaitForever(() -> received.size() < origin.readLimit() || closedHere);
                int room = (int) Math.min(buffer.length, Math.max(1, origin.readLimit() - received.size()));
                int read = in.read(buffer, 0, room);
                if (read < 0) {
                    break;
                }
                signal.change(() -> received.write(buffer, 0, read));
            }
        } catch (IOException broken) {
            end = isClosedHere() ? Incoming.CLOSED_HERE : Incoming.RESET;
        }
        Incoming how = end;
        signal.change(() -> incoming = how);
    }

    /** A growing array whose parts can be read without copying the whole. */
    private static final class Bytes extends ByteArrayOutputStream {
        void copy(int from, byte[] into, int offset, int length) {
            System.arraycopy(buf, from, into, offset, length);
        }
    }

    /** Reads the record and waits at its end. */
    private final class Record extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            synchronized (signal) {
                signal.awaitForever(() -> received.size() > consumed || hasEnded());
                int ready = Math.min(length, received.size() - consumed);
                if (ready > 0) {
                    received.copy(consumed, into, offset, ready);
                    consumed += ready;
                    return ready;
                }
                if (incoming != Incoming.ENDED || closedHere) {
                    throw new SocketException("connection " + number + " is reset or closed");
                }
                return -1;
            }
        }
    }

    @Override
    public String toString() {
        return "connection " + number + ": " + Head.printable(text());
    }
}
