package gatehouse.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Many clients that all do the same slow thing: connect, say something, drip or dawdle, and note how it ends. One thread. */
final class Crowd implements AutoCloseable {
    private static final int KEPT = 64;
    private static final int CONNECTING_AT_ONCE = 256;

    /** One client. Times are of the monotonic clock; 0 where it has not come to that. */
    static final class Member {
        private SocketChannel channel;
        private SelectionKey key;
        private ByteBuffer pending = ByteBuffer.allocate(0);
        private final StringBuilder first = new StringBuilder();
        volatile long connectedAt;
        volatile long firstByteAt;
        volatile long lastByteAt;
        volatile long endedAt;
        volatile long bytesRead;
        volatile boolean refused;

        /** Status of the answer, 0 before one came. */
        int status() {
            synchronized (first) {
                return first.length() >= 12 ? Integer.parseInt(first.substring(9, 12)) : 0;
            }
        }

        boolean isOpen() {
            return connectedAt != 0 && endedAt == 0;
        }

        /** How long it was connected, in seconds. */
        double seconds() {
            return ((endedAt == 0 ? System.nanoTime() : endedAt) - connectedAt) / 1e9;
        }

        /** From the last byte that came to the end, in seconds. */
        double idleSeconds() {
            return ((endedAt == 0 ? System.nanoTime() : endedAt) - lastByteAt) / 1e9;
        }
    }

    private final int port;
    private final int count;
    private byte[] opening = {};
    private byte[] drip = {};
    private long dripMillis = Long.MAX_VALUE / 2;
    private int readBytes = -1;
    private long readMillis = 10;
    private int receiveBuffer;
    private int addresses = 1;

    private final List<Member> members = new ArrayList<>();
    private final CountDownLatch tried = new CountDownLatch(1);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    private Selector selector;
    private Thread thread;
    private int connecting;
    private volatile boolean over;

    private Crowd(int port, int count) {
        this.port = port;
        this.count = count;
    }

    static Crowd of(int count, int port) {
        return new Crowd(port, count);
    }

    /** What each says first. */
    Crowd saying(String text) {
        opening = text.getBytes(StandardCharsets.ISO_8859_1);
        return this;
    }

    /** What each says again and again. */
    Crowd dripping(String text, long everyMillis) {
        drip = text.getBytes(StandardCharsets.ISO_8859_1);
        dripMillis = everyMillis;
        return this;
    }

    /** Each reads so many bytes at a time, with a small window, instead of all that comes. */
    Crowd reading(int bytes, long everyMillis) {
        readBytes = bytes;
        readMillis = everyMillis;
        receiveBuffer = 4096;
        return this;
    }

    /** They come from so many addresses of the loopback network. */
    Crowd from(int sources) {
        addresses = sources;
        return this;
    }

    /** Lets them in; returns at once. */
    Crowd gather() throws IOException {
        selector = Selector.open();
        for (int i = 0; i < count; i++) {
            members.add(new Member());
        }
        thread = new Thread(this::run, "crowd");
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    /** Waits until all have been let in or turned away. */
    Crowd awaitTried(long seconds) throws InterruptedException {
        if (!tried.await(seconds, TimeUnit.SECONDS)) {
            throw new AssertionError(count + " clients did not get to connect within " + seconds + " s");
        }
        return this;
    }

    /** Waits until at most so many are open. */
    boolean awaitOpenAtMost(int most, long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (open() > most) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(10);
        }
        return true;
    }

    List<Member> members() {
        return members;
    }

    int open() {
        return (int) members.stream().filter(Member::isOpen).count();
    }

    int withStatus(int status) {
        return (int)
                members.stream().filter(member -> member.status() == status).count();
    }

    /** The longest time that one of those that have ended was connected. */
    double longestSeconds() {
        return members.stream()
                .filter(member -> member.endedAt != 0 && member.connectedAt != 0)
                .mapToDouble(Member::seconds)
                .max()
                .orElse(0);
    }

    /** The shortest such time. */
    double shortestSeconds() {
        return members.stream()
                .filter(member -> member.endedAt != 0 && member.connectedAt != 0)
                .mapToDouble(Member::seconds)
                .min()
                .orElse(0);
    }

    /** For how long those that have ended were idle in the end, in seconds, of those to which something was said. */
    DoubleSummaryStatistics idleSeconds() {
        return members.stream()
                .filter(member -> member.endedAt != 0 && member.lastByteAt != 0)
                .mapToDouble(Member::idleSeconds)
                .summaryStatistics();
    }

    long bytesRead() {
        return members.stream().mapToLong(member -> member.bytesRead).sum();
    }

    private void run() {
        int next = 0;
        long dripsSince = System.nanoTime();
        long drips = 0;
        long readDue = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(readMillis);
        try {
            while (!over) {
                while (next < count && connecting < CONNECTING_AT_ONCE) {
                    connect(members.get(next), next++);
                }
                if (next == count && connecting == 0) {
                    tried.countDown();
                }
                selector.select(5);
                for (var key : selector.selectedKeys()) {
                    ready((Member) key.attachment());
                }
                selector.selectedKeys().clear();
                long now = System.nanoTime();
                if (drip.length > 0) {
                    drips = dripUntil((now - dripsSince) / 1e6 / dripMillis, drips);
                }
                if (readBytes >= 0 && now - readDue >= 0) {
                    readDue = now + TimeUnit.MILLISECONDS.toNanos(readMillis);
                    members.forEach(this::readOnce);
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Each drips by a clock of its own, so that in each moment some do; after so many rounds so many are due. */
    private long dripUntil(double rounds, long done) {
        long due = (long) (rounds * count);
        for (long i = Math.max(done, due - count); i < due; i++) {
            say(members.get((int) (i % count)), drip);
        }
        return due;
    }

    private void connect(Member member, int number) throws IOException {
        member.channel = SocketChannel.open();
        member.channel.configureBlocking(false);
        if (receiveBuffer > 0) {
            member.channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
        }
        if (addresses > 1) {
            int host = number % addresses + 2;
            member.channel.bind(new InetSocketAddress("127.0." + host / 250 + "." + (host % 250 + 1), 0));
        }
        connecting++;
        member.key = member.channel.register(selector, SelectionKey.OP_CONNECT, member);
        member.channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    private void ready(Member member) {
        try {
            if (member.key.isConnectable()) {
                connecting--;
                member.channel.finishConnect();
                member.connectedAt = System.nanoTime();
                member.key.interestOps(readBytes < 0 ? SelectionKey.OP_READ : 0);
                say(member, opening);
            } else if (member.key.isReadable()) {
                take(member, buffer.capacity());
            }
            if (member.key.isValid() && member.key.isWritable()) {
                flush(member);
            }
        } catch (IOException failed) {
            if (member.connectedAt == 0) {
                member.refused = true;
            }
            end(member);
        }
    }

    private void say(Member member, byte[] text) {
        if (!member.isOpen() || member.pending.hasRemaining()) {
            return;
        }
        member.pending = ByteBuffer.wrap(text);
        try {
            flush(member);
        } catch (IOException failed) {
            // the read side tells how it ended
            member.pending = ByteBuffer.allocate(0);
        }
    }

    private void flush(Member member) throws IOException {
        member.channel.write(member.pending);
        int read = readBytes < 0 ? SelectionKey.OP_READ : 0;
        member.key.interestOps(member.pending.hasRemaining() ? read | SelectionKey.OP_WRITE : read);
    }

    private void readOnce(Member member) {
        if (member.isOpen()) {
            try {
                take(member, readBytes);
            } catch (IOException failed) {
                end(member);
            }
        }
    }

    private void take(Member member, int most) throws IOException {
        buffer.clear().limit(Math.min(most, buffer.capacity()));
        int read = member.channel.read(buffer);
        if (read < 0) {
            end(member);
            return;
        }
        if (read > 0) {
            member.lastByteAt = System.nanoTime();
            member.firstByteAt = member.firstByteAt == 0 ? member.lastByteAt : member.firstByteAt;
        }
        buffer.flip();
        synchronized (member.first) {
            while (member.first.length() < KEPT && buffer.hasRemaining()) {
                member.first.append((char) (buffer.get() & 0xff));
            }
        }
        member.bytesRead += read;
    }

    private void end(Member member) {
        if (member.endedAt == 0) {
            member.endedAt = System.nanoTime();
        }
        member.key.cancel();
        try {
            member.channel.close();
        } catch (IOException closed) {
            // closed is closed
        }
    }

    @Override
    public void close() throws IOException {
        over = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (var member : members) {
            if (member.channel != null) {
                member.channel.close();
            }
        }
        selector.close();
    }
}
