package gatehouse.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between the gateway and an origin and spoils what the origin sends. What is set holds for bytes that come from
 * then on, on every connection.
 */
final class ChaosProxy implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile long delayMillis;
    private volatile long bytesPerSecond = Long.MAX_VALUE;
    private volatile long dropAfter = Long.MAX_VALUE;
    private volatile boolean dropWithReset = true;
    private volatile long corruptAt = -1;
    private volatile boolean frozen;

    /** In front of a port of the loopback address. */
    ChaosProxy(int target) throws IOException {
        this.target = target;
        thread(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** Every portion waits so long. */
    ChaosProxy delay(long millis) {
        delayMillis = millis;
        return this;
    }

    /** At most so many bytes a second and connection. */
    ChaosProxy rate(long bytes) {
        bytesPerSecond = bytes;
        return this;
    }

    /** Ends a connection once so many bytes of answers came through it. */
    ChaosProxy dropAfter(long bytes, boolean reset) {
        dropAfter = bytes;
        dropWithReset = reset;
        return this;
    }

    /** Changes the byte at this place of a connection's answers. */
    ChaosProxy corruptAt(long offset) {
        corruptAt = offset;
        return this;
    }

    /** Nothing comes through until it is thawed. */
    void freeze(boolean now) {
        frozen = now;
    }

    /** As if nothing had been set. */
    void heal() {
        delayMillis = 0;
        bytesPerSecond = Long.MAX_VALUE;
        dropAfter = Long.MAX_VALUE;
        corruptAt = -1;
        frozen = false;
    }

    private void accept() {
        try {
            while (true) {
                var near = server.accept();
                var far = new Socket();
                far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                sockets.add(near);
                sockets.add(far);
                thread(() -> pump(near, far, false));
                thread(() -> pump(far, near, true));
            }
        } catch (IOException closed) {
            // the end, or the target is down: then connections are refused here too
        }
    }

    private void pump(Socket from, Socket to, boolean spoiled) {
        var buffer = new byte[16 * 1024];
        long passed = 0;
        try {
            var in = from.getInputStream();
            var out = to.getOutputStream();
            while (true) {
                int room = spoiled ? (int) Math.min(buffer.length, Math.max(1, bytesPerSecond)) : buffer.length;
                int read = in.read(buffer, 0, room);
                if (read < 0) {
                    to.shutdownOutput();
                    return;
                }
                while (frozen) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                }
                if (spoiled) {
                    read = spoil(buffer, read, passed);
                }
                out.write(buffer, 0, read);
                passed += read;
                if (spoiled && passed >= dropAfter) {
                    end(from, to);
                    return;
                }
                if (spoiled && bytesPerSecond != Long.MAX_VALUE) {
                    TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(read) / bytesPerSecond);
                }
            }
        } catch (IOException | InterruptedException ended) {
            closeQuietly(from);
            closeQuietly(to);
        } finally {
            sockets.remove(from);
        }
    }

    private int spoil(byte[] buffer, int read, long passed) throws InterruptedException {
        if (delayMillis > 0) {
            TimeUnit.MILLISECONDS.sleep(delayMillis);
        }
        long corrupt = corruptAt;
        if (corrupt >= passed && corrupt < passed + read) {
            buffer[(int) (corrupt - passed)] ^= 0x55;
        }
        return (int) Math.min(read, Math.max(0, dropAfter - passed));
    }

    private void end(Socket from, Socket to) throws IOException {
        if (dropWithReset) {
            to.setSoLinger(true, 0);
        }
        to.close();
        from.close();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException closed) {
            // closed is closed
        }
    }

    private static void thread(Runnable work) {
        var thread = new Thread(null, work, "chaos", 128 * 1024);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        sockets.forEach(ChaosProxy::closeQuietly);
    }
}
