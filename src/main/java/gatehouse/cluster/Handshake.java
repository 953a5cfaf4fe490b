package gatehouse.cluster;

import com.hazelcast.nio.MemberSocketInterceptor;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What two members say before anything else: each proves that it knows the secret, over numbers that both have drawn. What follows
 * is neither encrypted nor signed. Blocks, on threads of Hazelcast that are made for that.
 */
final class Handshake implements MemberSocketInterceptor {
    private static final byte[] GREETING = "GATEHOUSE-CLUSTER-1\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CALLER = "caller".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CALLED = "called".getBytes(StandardCharsets.US_ASCII);
    private static final int BYTES = 32;
    private static final int LIMIT_MILLIS = 3000;

    private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

    /** Between two lines of the log, as who is refused may come again at once. */
    private static final long REST = TimeUnit.SECONDS.toNanos(10);

    private final AtomicLong lastTold = new AtomicLong(System.nanoTime() - REST);
    private final SecureRandom random = new SecureRandom();
    private final byte[] key;

    Handshake(Secret secret) {
        key = secret.derive("members");
    }

    @Override
    public void init(Properties none) {
        // made ready by its constructor
    }

    @Override
    public void onConnect(Socket socket) throws IOException {
        limited(socket, () -> {
            var mine = number();
            var out = socket.getOutputStream();
            out.write(joined(GREETING, mine));
            var in = new DataInputStream(socket.getInputStream());
            var theirs = read(in);
            check(read(in), CALLED, mine, theirs);
            out.write(Secret.hmac(key, CALLER, mine, theirs));
        });
    }

    @Override
    public void onAccept(Socket socket) throws IOException {
        limited(socket, () -> {
            var in = new DataInputStream(socket.getInputStream());
            if (!MessageDigest.isEqual(in.readNBytes(GREETING.length), GREETING)) {
                throw new IOException("does not greet as a member");
            }
            var theirs = read(in);
            var mine = number();
            socket.getOutputStream().write(joined(mine, Secret.hmac(key, CALLED, theirs, mine)));
            check(read(in), CALLER, theirs, mine);
        });
    }

    /** What is done on a socket. */
    @FunctionalInterface
    private interface Talk {
        void run() throws IOException;
    }

    private void limited(Socket socket, Talk talk) throws IOException {
        var before = socket.getSoTimeout();
        socket.setSoTimeout(LIMIT_MILLIS);
        try {
            talk.run();
        } catch (IOException e) {
            tell(socket.getRemoteSocketAddress(), e);
            throw e;
        }
        socket.setSoTimeout(before);
    }

    private void tell(SocketAddress other, IOException why) {
        var now = System.nanoTime();
        var last = lastTold.get();
        if (now - last >= REST && lastTold.compareAndSet(last, now)) {
            LOG.warn("cluster: no connection with {}: {}", other, why.toString());
        }
    }

    private byte[] number() {
        var number = new byte[BYTES];
        random.nextBytes(number);
        return number;
    }

    private static byte[] read(DataInputStream in) throws IOException {
        var bytes = new byte[BYTES];
        in.readFully(bytes);
        return bytes;
    }

    private void check(byte[] given, byte[] role, byte[] caller, byte[] called) throws IOException {
        if (!MessageDigest.isEqual(given, Secret.hmac(key, role, caller, called))) {
            throw new IOException("it has another cluster.secret, or is no member at all");
        }
    }

    private static byte[] joined(byte[] one, byte[] other) {
        var all = new byte[one.length + other.length];
        System.arraycopy(one, 0, all, 0, one.length);
        System.arraycopy(other, 0, all, one.length, other.length);
        return all;
    }
}
