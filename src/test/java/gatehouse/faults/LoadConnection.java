package gatehouse.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One kept connection of a load: one request at a time, answers by length, by chunks or to the end. */
final class LoadConnection {
    private static final int KEPT_TEXT = 256;

    private final LoadGenerator load;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer in = ByteBuffer.allocate(16 * 1024);
    private final StringBuilder head = new StringBuilder();
    private final StringBuilder text = new StringBuilder();
    private ByteBuffer out = ByteBuffer.allocate(0);
    private int request = -1;
    private boolean toHead;
    private boolean inBody;
    private int status;
    private boolean close;
    private long left;
    private boolean chunked;
    private final StringBuilder line = new StringBuilder();
    private int chunkPhase;

    LoadConnection(LoadGenerator load, SocketChannel channel, SelectionKey key) {
        this.load = load;
        this.channel = channel;
        this.key = key;
    }

    void send(int number, byte[] start, byte[] body, boolean isHead) throws IOException {
        request = number;
        toHead = isHead;
        out = ByteBuffer.allocate(start.length + body.length)
                .put(start)
                .put(body)
                .flip();
        if (channel.isConnected()) {
            write();
        }
    }

    void ready() throws IOException {
        try {
            if (key.isConnectable()) {
                channel.finishConnect();
            }
            if (key.isWritable() || key.isConnectable()) {
                write();
            }
            if (key.isReadable()) {
                read();
            }
        } catch (IOException broken) {
            ended(true);
        } catch (java.nio.channels.CancelledKeyException closed) {
            ended(true);
        }
    }

    private void write() throws IOException {
        try {
            channel.write(out);
            key.interestOps(out.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        } catch (IOException broken) {
            key.interestOps(SelectionKey.OP_READ); // an answer may have come before the end
        }
    }

    private void read() throws IOException {
        in.clear();
        int count = channel.read(in);
        if (count < 0) {
            ended(false);
            return;
        }
        in.flip();
        while (in.hasRemaining() && request >= 0) {
            if (!inBody) {
                readHead();
            }
            if (inBody) {
                readBody();
            }
        }
        if (in.hasRemaining() && request < 0) {
            close(); // bytes that nobody asked for
            load.gone(this);
        }
    }

    private void readHead() throws IOException {
        while (in.hasRemaining()) {
            char c = (char) (in.get() & 0xff);
            head.append(c);
            int length = head.length();
            if (c == '\n' && length >= 4 && head.charAt(length - 2) == '\r' && head.charAt(length - 3) == '\n') {
                parse(head.toString().toLowerCase(Locale.ROOT));
                head.setLength(0);
                return;
            }
        }
    }

    private void parse(String whole) throws IOException {
        status = Integer.parseInt(whole.substring(9, 12));
        if (status < 200) {
            return;
        }
        close = whole.contains("\r\nconnection: close");
        chunked = whole.contains("\r\ntransfer-encoding: chunked");
        int at = whole.indexOf("\r\ncontent-length: ");
        if (chunked) {
            left = -1;
        } else if (at >= 0) {
            int from = at + "\r\ncontent-length: ".length();
            left = Long.parseLong(whole.substring(from, whole.indexOf('\r', from)));
        } else {
            left = status == 204 || status == 304 ? 0 : Long.MAX_VALUE;
        }
        inBody = true;
        chunkPhase = 0;
        text.setLength(0);
        line.setLength(0);
        if (toHead || (left == 0 && !chunked)) {
            complete();
        }
    }

    private void readBody() throws IOException {
        if (chunked) {
            readChunks();
            return;
        }
        int take = (int) Math.min(left, in.remaining());
        keep(take);
        left -= take;
        if (left == 0) {
            complete();
        }
    }

    private void keep(int count) {
        if (text.length() < KEPT_TEXT) {
            text.append(StandardCharsets.ISO_8859_1.decode(
                    in.slice(in.position(), Math.min(count, KEPT_TEXT - text.length()))));
        }
        in.position(in.position() + count);
    }

    /** Phases: 0 the line with the size, 1 the bytes, 2 the line end behind them, 3 the trailers. */
    private void readChunks() throws IOException {
        while (in.hasRemaining() && inBody) {
            if (chunkPhase == 1) {
                int take = (int) Math.min(left, in.remaining());
                keep(take);
                left -= take;
                chunkPhase = left == 0 ? 2 : 1;
                continue;
            }
            char c = (char) (in.get() & 0xff);
            if (c != '\n') {
                line.append(c);
                continue;
            }
            var one = line.toString().strip();
            line.setLength(0);
            switch (chunkPhase) {
                case 0 -> {
                    left = Long.parseLong(one, 16);
                    chunkPhase = left == 0 ? 3 : 1;
                }
                case 2 -> chunkPhase = 0;
                default -> {
                    if (one.isEmpty()) {
                        complete();
                    }
                }
            }
        }
    }

    private void complete() throws IOException {
        inBody = false;
        int done = request;
        request = -1;
        if (close) {
            close();
        }
        load.answered(done, status, text.toString(), this, !close);
    }

    private void ended(boolean broken) throws IOException {
        boolean whole = inBody && !chunked && left > Integer.MAX_VALUE && !broken;
        int done = request;
        request = -1;
        close();
        if (done < 0) {
            load.gone(this);
        } else if (whole) {
            load.answered(done, status, text.toString(), this, false);
        } else {
            load.answered(done, inBody ? -1 : 0, "", this, false);
        }
    }

    void close() {
        try {
            key.cancel();
            channel.close();
        } catch (IOException closed) {
            // closed is closed
        }
    }
}
