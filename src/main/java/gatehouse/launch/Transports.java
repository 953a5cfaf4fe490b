package gatehouse.launch;

import gatehouse.config.NodeConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.impl.transports.TransportInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.transport.Transport;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses how sockets are driven, and makes the Vert.x that does so. What can't be had here is never a reason not to start:
 * io_uring is forbidden in many containers, and a native library may not load.
 */
final class Transports {
    private static final Logger LOG = LoggerFactory.getLogger(Transports.class);

    /**
     * Whether Netty lets a poll of io_uring stand. It tells of a reset once, and a read that was under way then has seen only the
     * bytes before it: nobody would ever know. A poll for each read costs one more entry of the queue and no system call.
     */
    private static final String STANDING_POLL = "io.netty.iouring.pollAddMultishotEnabled";

    /**
     * Whether Netty accepts any number of connections with one request to io_uring. It repeats that at once when it has failed,
     * whether somebody wants to accept or not: for want of files this takes a core.
     */
    private static final String STANDING_ACCEPT = "io.netty.iouring.acceptMultiShotEnabled";

    private static final long CONVERSATION_SECONDS = 5;

    static {
        for (var standing : List.of(STANDING_POLL, STANDING_ACCEPT)) {
            if (System.getProperty(standing) == null) {
                System.setProperty(standing, "false");
            }
        }
    }

    private Transports() {}

    /** Loads the native libraries, which take their settings then and never again; gives the name of what needs none. */
    static String load() {
        return Transport.NIO.name();
    }

    /** What is wanted if it can be had, else the next best. */
    static Vertx vertx(NodeConfig.Transport wanted, VertxOptions options) {
        return vertx(wanted, options, VertxBuilder::build);
    }

    /**
     * What is wanted if it can be had, else the next best.
     *
     * @param last makes a Vert.x of all that was chosen for it
     */
    static Vertx vertx(NodeConfig.Transport wanted, VertxOptions options, Function<VertxBuilder, Vertx> last) {
        var missing = new ArrayList<String>();
        for (var name : inOrder(wanted)) {
            try {
                var vertx = build(name, options, last);
                tell(wanted, name, options.getEventLoopPoolSize(), missing);
                return vertx;
            } catch (UnusableException e) {
                missing.add(word(name) + " can't be used here: " + reason(e));
            }
        }
        throw new IllegalStateException(String.join("; ", missing)); // the last is the JDK's own
    }

    private static List<NodeConfig.Transport> inOrder(NodeConfig.Transport wanted) {
        return switch (wanted) {
            case IO_URING ->
                List.of(NodeConfig.Transport.IO_URING, NodeConfig.Transport.EPOLL, NodeConfig.Transport.NIO);
            case AUTO, EPOLL -> List.of(NodeConfig.Transport.EPOLL, NodeConfig.Transport.NIO);
            case NIO -> List.of(NodeConfig.Transport.NIO);
        };
    }

    private static Vertx build(NodeConfig.Transport name, VertxOptions options, Function<VertxBuilder, Vertx> last)
            throws UnusableException {
        return switch (name) {
            case IO_URING -> ofRings(available(Transport.IO_URING), options, last);
            case EPOLL -> {
                available(Transport.EPOLL);
                yield of(Polls.transport(), options, last);
            }
            case AUTO, NIO -> of(Transport.NIO, options, last);
        };
    }

    private static Transport available(@Nullable Transport transport) throws UnusableException {
        if (transport == null) {
            throw new UnusableException("no library for this platform", null);
        }
        if (!transport.available()) {
            throw new UnusableException("no reason is known", transport.unavailabilityCause());
        }
        return transport;
    }

    private static Vertx of(Transport transport, VertxOptions options, Function<VertxBuilder, Vertx> last) {
        return last.apply(Vertx.builder().with(options).withTransport(transport));
    }

    /** That one ring can be made says nothing of the others, nor that what is asked of it will be done. */
    private static Vertx ofRings(Transport transport, VertxOptions options, Function<VertxBuilder, Vertx> last)
            throws UnusableException {
        var rings = new Rings();
        Vertx vertx;
        try {
            vertx = of(new TransportInternal(transport.name(), true, null, rings), options, last);
        } catch (RuntimeException e) {
            rings.giveBack();
            throw new UnusableException("no ring for each event loop", e);
        }
        try {
            converse(vertx).toCompletionStage().toCompletableFuture().get(CONVERSATION_SECONDS, TimeUnit.SECONDS);
            return vertx;
        } catch (ExecutionException | TimeoutException e) {
            var unused = vertx.close();
            throw new UnusableException("it does not carry a conversation", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A byte there and back. */
    private static Future<Buffer> converse(Vertx vertx) {
        var here = InetAddress.getLoopbackAddress().getHostAddress();
        NetServer server = vertx.createNetServer().connectHandler(socket -> socket.handler(socket::write));
        NetClient client = vertx.createNetClient();
        return server.listen(0, here)
                .compose(bound -> client.connect(bound.actualPort(), here))
                .compose(Transports::ask)
                .eventually(client::close)
                .eventually(server::close);
    }

    private static Future<Buffer> ask(NetSocket socket) {
        Promise<Buffer> answer = Promise.promise();
        socket.handler(answer::tryComplete);
        socket.closeHandler(closed -> answer.tryFail("the connection was closed"));
        return socket.write("?").compose(written -> answer.future());
    }

    private static void tell(NodeConfig.Transport wanted, NodeConfig.Transport name, int loops, List<String> missing) {
        var taken = "transport " + word(name) + ", " + loops + " event loops";
        if (missing.isEmpty()) {
            LOG.info("{}", taken);
        } else if (wanted == NodeConfig.Transport.AUTO) {
            LOG.info("{}, as {}", taken, String.join("; ", missing));
        } else {
            LOG.warn("node.transport: {}; taken is {}", String.join("; ", missing), taken);
        }
    }

    private static String word(NodeConfig.Transport name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    private static String reason(UnusableException unusable) {
        Throwable cause = unusable;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause == unusable
                ? String.valueOf(unusable.getMessage())
                : unusable.getMessage() + " (" + cause.getMessage() + ")";
    }

    private static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;

        UnusableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
