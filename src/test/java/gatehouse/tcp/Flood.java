package gatehouse.tcp;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;

/** A server that sends much, as fast as it is taken. */
final class Flood implements AutoCloseable {
    static final int ALL = 64 * 1024 * 1024;
    private final ServerSocket socket = new ServerSocket(0, 50, java.net.InetAddress.getByName("127.0.0.1"));
    private volatile int sent;

    Flood() throws IOException {
        Peer.start(() -> {
            try (var connection = socket.accept()) {
                connection.setSendBufferSize(64 * 1024);
                var piece = new byte[64 * 1024];
                for (var i = 0; i < ALL; i += piece.length) {
                    connection.getOutputStream().write(piece);
                    sent += piece.length;
                }
            } catch (IOException e) {
                return; // closed
            }
        });
    }

    String url() {
        return "tcp://127.0.0.1:" + socket.getLocalPort();
    }

    int sent() {
        return sent;
    }

    /** Waits until it sends no more. */
    void awaitStall() throws InterruptedException {
        for (var before = -1; before != sent || sent == 0; ) {
            before = sent;
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
