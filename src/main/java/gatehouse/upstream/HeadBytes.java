package gatehouse.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.Arrays;

/**
 * The head of a request, line by line, as octets. One serves all requests of an event loop to a service, one after the other: text becomes octets
 * in an array, as whole strings, and the array is copied at once.
 */
final class HeadBytes implements TargetRequest.Sink {
    private static final int USUAL = 1024;
    private static final AsciiString HOST = AsciiString.cached("Host");

    private byte[] octets = new byte[USUAL];
    private int size;

    /** Forgets what it has. */
    void clear() {
        size = 0;
    }

    /** How many octets it has. */
    int size() {
        return size;
    }

    /** Copies what it has. */
    void writeTo(ByteBuf to) {
        to.writeBytes(octets, 0, size);
    }

    /** The first line (RFC 9112 §3). */
    void requestLine(String method, String target) {
        text(method);
        octet(' ');
        text(target);
        text(" HTTP/1.1\r\n");
    }

    /** By which host and port the target is addressed (RFC 9110 §7.2). */
    void host(String authority) {
        add(HOST, authority);
    }

    /** A field. Nothing in it is above 0xff, and nothing ends the line: whoever asks has seen to that. */
    @Override
    public void add(CharSequence name, CharSequence value) {
        text(name);
        text(": ");
        text(value);
        text("\r\n");
    }

    private void octet(char c) {
        room(1);
        octets[size++] = (byte) c;
    }

    @SuppressWarnings("deprecation") // takes the low octet of each char, and all have no other
    private void text(CharSequence text) {
        var length = text.length();
        room(length);
        if (text instanceof AsciiString ascii) {
            System.arraycopy(ascii.array(), ascii.arrayOffset(), octets, size, length);
        } else {
            text.toString().getBytes(0, length, octets, size);
        }
        size += length;
    }

    private void room(int more) {
        if (octets.length - size < more) {
            octets = Arrays.copyOf(octets, Math.max(size + more, 2 * octets.length));
        }
    }
}
