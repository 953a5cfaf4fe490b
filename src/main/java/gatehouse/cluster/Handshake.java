package gatehouse.cluster;

import com.hazelcast.nio.MemberSocketInterceptor;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
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

    /** Between two lines of the log about the same address, as who is refused comes again. */
    private static final long REST = TimeUnit.MINUTES.toNanos(1);

    /** So many addresses are remembered. */
    private static final int ADDRESSES = 64;

    /** When the log last had a line about an address, the oldest first; guarded by itself. */
    private final Map<String, Long> told = new LinkedHashMap<>();

    private final LongSupplier nanoTime;
    private final SecureRandom random = new SecureRandom();
    private final byte[] key;

    /**
     * @param nanoTime a clock such as {@link System#nanoTime}
     */
    Handshake(Secret secret, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
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
            tell(socket.getInetAddress(), e);
            throw e;
        }
        socket.setSoTimeout(before);
    }

    private void tell(@Nullable InetAddress other, IOException why) {
        var address = other == null ? "one who is gone" : other.getHostAddress();
        var now = nanoTime.getAsLong();
        synchronized (told) {
            var last = told.get(address);
            if (last != null && now - last < REST) {
                return;
            }
            told.remove(address);
            told.put(address, now);
            if (told.size() > ADDRESSES) {
                told.remove(told.keySet().iterator().next());
            }
        }
        var words = why instanceof EOFException
                ? "it hung up, as it does if it has another cluster.secret, or is no member at all"
                : why.getMessage();
        LOG.warn("cluster: no connection with {}: {}", address, words);
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
