package gatehouse.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes HTTP/1.1 messages apart, strictly and without reading a byte beyond them (RFC 9112). */
final class WireReader {
    private static final int MAX_HEAD = 1024 * 1024;

    private final InputStream in;

    WireReader(InputStream in) {
        this.in = in;
    }

    /** The next head, or null when the connection ended before its first byte. */
    @Nullable Head head() throws IOException {
        var raw = new StringBuilder();
        while (true) {
            int next = in.read();
            if (next < 0) {
                if (raw.length() == 0) {
                    return null;
                }
                throw new EOFException("connection ended inside a head: " + Head.printable(raw.toString()));
            }
            raw.append((char) next);
            if (endsLine(raw) && (raw.length() == 2 || endsHead(raw))) {
                return Head.parse(raw.toString());
            }
            if (raw.length() > MAX_HEAD) {
                throw new MalformedMessage("no end of the head within 1 MiB");
            }
        }
    }

    /** What follows a request head: nothing, so many bytes, or chunks. */
    Body requestBody(Head head) throws IOException {
        if (isChunked(head)) {
            return chunked();
        }
        String length = contentLength(head);
        return length == null ? Body.NONE : sized(Long.parseLong(length));
    }

    /** What follows the head of a response that may have content: so many bytes, chunks, or everything to the end. */
    Body responseBody(Head head) throws IOException {
        if (isChunked(head)) {
            return chunked();
        }
        String length = contentLength(head);
        return length == null ? untilEnd() : sized(Long.parseLong(length));
    }

    private Body sized(long length) throws IOException {
        var bytes = new ByteArrayOutputStream();
        boolean complete = copy(length, bytes);
        return new Body(bytes.toByteArray(), List.of(), complete);
    }

    private Body untilEnd() throws IOException {
        var bytes = new ByteArrayOutputStream();
        boolean clean = true;
        try {
            in.transferTo(bytes);
        } catch (SocketException reset) {
            clean = false;
        }
        return new Body(bytes.toByteArray(), List.of(), clean);
    }

    private Body chunked() throws IOException {
        var bytes = new ByteArrayOutputStream();
        while (true) {
            String line = line();
            if (line == null) {
                return new Body(bytes.toByteArray(), List.of(), false);
            }
            long size = chunkSize(line);
            if (size == 0) {
                return trailers(bytes.toByteArray());
            }
            if (!copy(size, bytes)) {
                return new Body(bytes.toByteArray(), List.of(), false);
            }
            String end = line();
            if (end == null) {
                return new Body(bytes.toByteArray(), List.of(), false);
            }
            if (!end.isEmpty()) {
                throw new MalformedMessage("chunk of " + size + " bytes goes on with " + Head.printable(end));
            }
        }
    }

    private Body trailers(byte[] bytes) throws IOException {
        List<Header> trailers = new ArrayList<>();
        while (true) {
            String line = line();
            if (line == null) {
                return new Body(bytes, trailers, false);
            }
            if (line.isEmpty()) {
                return new Body(bytes, trailers, true);
            }
            trailers.add(Header.parse(line));
        }
    }

    private static long chunkSize(String line) {
        int end = line.indexOf(';');
        String digits = end < 0 ? line : line.substring(0, end);
        if (!digits.matches("[0-9A-Fa-f]{1,15}")) {
            throw new MalformedMessage("chunk size " + Head.printable(line));
        }
        return Long.parseLong(digits, 16);
    }

    /** A line without its end, or null when the connection ended inside it. */
    private @Nullable String line() throws IOException {
        var line = new StringBuilder();
        while (!endsLine(line)) {
            int next = readOrEnd();
            if (next < 0) {
                return null;
            }
            line.append((char) next);
            if (next == '\n' && !endsLine(line)) {
                throw new MalformedMessage("bare LF in " + Head.printable(line.toString()));
            }
        }
        return line.substring(0, line.length() - 2);
    }

    private boolean copy(long length, ByteArrayOutputStream to) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        long left = length;
        while (left > 0) {
            int read;
            try {
                read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            } catch (SocketException reset) {
                return false;
            }
            if (read < 0) {
                return false;
            }
            to.write(buffer, 0, read);
            left -= read;
        }
        return true;
    }

    private int readOrEnd() throws IOException {
        try {
            return in.read();
        } catch (SocketException reset) {
            return -1;
        }
    }

    private static boolean isChunked(Head head) {
        List<String> codings = head.all("Transfer-Encoding");
        if (codings.isEmpty()) {
            return false;
        }
        if (codings.size() > 1 || !codings.get(0).equalsIgnoreCase("chunked")) {
            throw new MalformedMessage("Transfer-Encoding " + codings);
        }
        if (head.header("Content-Length") != null) {
            throw new MalformedMessage("Transfer-Encoding and Content-Length in one head");
        }
        return true;
    }

    private static @Nullable String contentLength(Head head) {
        List<String> lengths = head.all("Content-Length");
        if (lengths.isEmpty()) {
            return null;
        }
        if (lengths.size() > 1 || !lengths.get(0).matches("[0-9]{1,18}")) {
            throw new MalformedMessage("Content-Length " + lengths);
        }
        return lengths.get(0);
    }

    private static boolean endsLine(StringBuilder text) {
        int length = text.length();
        return length >= 2 && text.charAt(length - 1) == '\n' && text.charAt(length - 2) == '\r';
    }

    private static boolean endsHead(StringBuilder text) {
        int length = text.length();
        return length >= 4 && text.charAt(length - 3) == '\n' && text.charAt(length - 4) == '\r';
    }
}
