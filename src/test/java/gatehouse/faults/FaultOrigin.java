package gatehouse.faults;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A server on plain sockets that behaves as the last segment of the request's path says, and keeps a log. One thread per
 * connection, so that a behaviour is written top to bottom and an end is noticed while it waits.
 */
final class FaultOrigin implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final int STACK = 128 * 1024;

    private final OriginLog log = new OriginLog();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final int sendBuffer;
    private final int receiveBuffer;
    private final int port;
    private volatile ServerSocket server;
    private volatile @Nullable String always;
    private volatile int idleMillis;

    private FaultOrigin(int sendBuffer, int receiveBuffer) throws IOException {
        this.sendBuffer = sendBuffer;
        this.receiveBuffer = receiveBuffer;
        server = listen(0);
        port = server.getLocalPort();
    }

    static FaultOrigin start() throws IOException {
        return new FaultOrigin(0, 0);
    }

    /** One whose kernel buffers are small, so that back-pressure is felt soon; 0 leaves one as it is. */
    static FaultOrigin withBuffers(int send, int receive) throws IOException {
        return new FaultOrigin(send, receive);
    }

    /** A port at which nobody listens: it was given by the system and is free again. */
    static int closedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    OriginLog log() {
        return log;
    }

    /** Answers every request by this behaviour, such as {@code /hang}; null: by the path again. */
    void always(@Nullable String behaviour) {
        always = behaviour;
    }

    /** From now on closes connections that are idle for so long; 0 is never. */
    void idleLimit(int millis) {
        idleMillis = millis;
    }

    /** The process dies: the port is closed, connections are reset. */
    void down() throws IOException {
        server.close();
        for (var socket : sockets) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException ended) {
                // it has ended by itself
            }
        }
    }

    /** It is there again, on the same port. */
    void up() throws IOException {
        server = listen(port);
    }

    private ServerSocket listen(int wanted) throws IOException {
        var socket = new ServerSocket();
        socket.setReuseAddress(true);
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), BACKLOG);
        thread("origin-accept", () -> accept(socket));
        return socket;
    }

    private void accept(ServerSocket from) {
        try {
            while (true) {
                var socket = from.accept();
                socket.setTcpNoDelay(true);
                if (sendBuffer > 0) {
                    socket.setSendBufferSize(sendBuffer);
                }
                sockets.add(socket);
                log.connected();
                thread("origin", () -> serve(socket));
            }
        } catch (IOException closed) {
            // down
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedInputStream(socket.getInputStream());
            for (int number = 1; ; number++) {
                socket.setSoTimeout(idleMillis);
                var call = Call.read(socket, in, log, number);
                socket.setSoTimeout(0);
                if (call == null) {
                    return;
                }
                if (!serve(call, socket)) {
                    return;
                }
            }
        } catch (IOException ended) {
            // between two requests
        } finally {
            sockets.remove(socket);
            log.disconnected();
        }
    }

    private boolean serve(Call call, Socket socket) {
        log.arrived(call.id, call.field("x-retry-attempt").isEmpty() ? null : call.field("x-retry-attempt"));
        var override = always;
        if (override != null) {
            call.behave(override);
        }
        try {
            Behaviours.answer(call);
            if (!socket.isClosed()) {
                call.body();
            }
            return !socket.isClosed() && !call.field("connection").equals("close");
        } catch (Call.PeerLeft left) {
            log.left(call.id, left.reset);
            return false;
        } catch (IOException broken) {
            if (!socket.isClosed()) {
                log.left(call.id, true);
            }
            return false;
        } finally {
            log.finished();
        }
    }

    private static void thread(String name, Runnable work) {
        var thread = new Thread(null, work, name, STACK);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        down();
    }
}
