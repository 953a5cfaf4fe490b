package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server that says something at first and then repeats what it hears, to its end. */
final class Peer implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, java.net.InetAddress.getByName("127.0.0.1"));
    private final String greeting;
    private final List<Socket> accepted = java.util.Collections.synchronizedList(new ArrayList<>());
    private final java.util.concurrent.Semaphore ends = new java.util.concurrent.Semaphore(0);

    Peer(String greeting) throws IOException {
        this.greeting = greeting;
        start(this::accept);
    }

    static void start(Runnable work) {
        var thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                var connection = socket.accept();
                accepted.add(connection);
                start(() -> serve(connection));
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private void serve(Socket connection) {
        try (connection;
                InputStream in = connection.getInputStream()) {
            connection.setTcpNoDelay(true);
            connection.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));
            in.transferTo(connection.getOutputStream());
        } catch (IOException e) {
            // the client has left
        } finally {
            ends.release();
        }
    }

    String url() {
        return "tcp://127.0.0.1:" + socket.getLocalPort();
    }

    int connections() {
        return accepted.size();
    }

    int ends() throws InterruptedException {
        awaitEnds(1);
        return 1;
    }

    void awaitEnds(int count) throws InterruptedException {
        assertThat(ends.tryAcquire(count, 30, TimeUnit.SECONDS)).isTrue();
    }

    void reset() throws IOException {
        accepted.get(0).setSoLinger(true, 0);
        accepted.get(0).close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (var connection : List.copyOf(accepted)) {
            connection.close();
        }
    }
}
