package gatehouse.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An origin on one thread that reads every byte with the strict reader and forgets it after each case, so that millions of
 * cases fit. Each answer names the number of the request that it answers.
 */
final class FuzzOrigin implements AutoCloseable {
    private final Selector selector = Selector.open();
    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final List<Link> links = new ArrayList<>();
    private final List<Seen> seen = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(256 * 1024);
    private long number;
    private byte[] script = new byte[0];
    private boolean closesAfterScript;

    FuzzOrigin() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        var thread = new Thread(this::run, "fuzz-origin");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * A request that came.
     *
     * @param number as the answer names it
     * @param message what came of it; whole, or as far as it came
     */
    record Seen(long number, Message message) {}

    /** One connection. */
    private static final class Link {
        private final SocketChannel channel;
        private final ByteArrayOutputStream unread = new ByteArrayOutputStream();
        private boolean continued;

        Link(SocketChannel channel) {
            this.channel = channel;
        }
    }

    String url() throws IOException {
        return "http://127.0.0.1:" + ((InetSocketAddress) server.getLocalAddress()).getPort();
    }

    /** Forgets what came. */
    synchronized void forget() {
        seen.clear();
        closesAfterScript = false;
        faults.clear();
    }

    /** Requests under {@code /answer} are answered with these bytes. */
    synchronized void answering(byte[] bytes, boolean closing) {
        script = bytes;
        closesAfterScript = closing;
    }

    /** Whether it ends connections behind its answer, which a request on the way can't know (RFC 9112 §9.3.1). */
    synchronized boolean isClosing() {
        return closesAfterScript;
    }

    /** Requests since it forgot, and what of a request stands unfinished on a connection. */
    synchronized List<Seen> seen() {
        var all = new ArrayList<>(seen);
        for (var link : links) {
            if (link.unread.size() > 0) {
                all.add(unfinished(link));
            }
        }
        return all;
    }

    /** What came and is no HTTP. */
    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select();
                // what was sent earlier on another connection is read first, even if it shows in the same turn
                synchronized (this) {
                    selector.selectNow();
                    for (var key : selector.selectedKeys()) {
                        serve(key);
                    }
                    selector.selectedKeys().clear();
                    List.copyOf(links).forEach(this::answer);
                }
            }
        } catch (IOException | java.nio.channels.ClosedSelectorException closed) {
            // the end
        }
    }

    private void serve(SelectionKey key) throws IOException {
        if (key.isValid() && key.isAcceptable()) {
            var channel = server.accept();
            channel.configureBlocking(false);
            channel.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
            var link = new Link(channel);
            links.add(link);
            channel.register(selector, SelectionKey.OP_READ, link);
        } else if (key.isValid()) {
            read((Link) key.attachment());
        }
    }

    private void read(Link link) {
        try {
            buffer.clear();
            if (link.channel.read(buffer) < 0) {
                end(link);
                return;
            }
            link.unread.write(buffer.array(), 0, buffer.position());
        } catch (IOException reset) {
            end(link);
        }
    }

    private void end(Link link) {
        if (link.unread.size() > 0) {
            seen.add(unfinished(link));
        }
        close(link);
    }

    private Seen unfinished(Link link) {
        var message = StrictReader.ofGateway().next(link.unread.toByteArray(), 0, "", true);
        return new Seen(++number, message);
    }

    private void close(Link link) {
        links.remove(link);
        try {
            link.channel.close();
        } catch (IOException closed) {
            // closed is closed
        }
    }

    private void answer(Link link) {
        while (link.unread.size() > 0) {
            var bytes = link.unread.toByteArray();
            var message = StrictReader.ofGateway().next(bytes, 0, "", false);
            if (message.state() == Message.State.BAD_HEAD || message.state() == Message.State.BAD_BODY) {
                faults.add(message + " in " + Escapes.write(bytes));
                close(link);
                return;
            }
            if (!message.isWhole()) {
                if (message.hasHead() && message.field("expect") != null && !link.continued) {
                    link.continued = true;
                    write(link, "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                }
                return;
            }
            link.continued = false;
            link.unread.reset();
            link.unread.writeBytes(Arrays.copyOfRange(bytes, message.end(), bytes.length));
            seen.add(new Seen(++number, message));
            if (message.second().startsWith("/answer")) {
                write(link, script);
                if (closesAfterScript) {
                    end(link);
                    return;
                }
            } else {
                write(link, ordinary(message));
            }
        }
    }

    private byte[] ordinary(Message request) {
        var body = "seq=" + number;
        var head = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n";
        return (request.first().equals("HEAD") ? head : head + body).getBytes(StandardCharsets.ISO_8859_1);
    }

    private void write(Link link, byte[] bytes) {
        try {
            var left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                link.channel.write(left);
            }
        } catch (IOException gone) {
            end(link);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        selector.close();
        synchronized (this) {
            List.copyOf(links).forEach(this::close);
        }
    }
}
