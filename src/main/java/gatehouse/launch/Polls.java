package gatehouse.launch;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.impl.transports.TransportInternal;
import io.vertx.core.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Sockets driven by epoll, with two ways of Netty's left out.
 *
 * <p>It takes a connection out (since 4.2.13) of which nothing is wanted for a moment, such as one whose client sends no more and has
 * room for what is written, and forgets that it has: when the client's room is used up, waiting for more fails, and with it the rest
 * of an answer. Here a connection stays in.
 *
 * <p>When it hears that a peer sends no more ({@code EPOLLRDHUP}) it reads all that the system still has, some MiB, whether somebody
 * wants to read or not. Here the end is found by who reads up to it; only a reset is told of at once, as it makes an end of all.
 */
public final class Polls extends EpollTransport {
    /** What is told of any socket, and once: it wakes nobody again and again who wants nothing. */
    private static final EpollIoOps NOTHING = EpollIoOps.EPOLLERR.with(EpollIoOps.EPOLLET);

    private Polls() {}

    /** Where there is epoll. */
    public static Transport transport() {
        return new TransportInternal(Transport.EPOLL.name(), true, null, new Polls());
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        var plain = super.ioHandlerFactory();
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new Handler(plain.newHandler(executor));
            }

            @Override
            public boolean isChangingThreadSupported() {
                return plain.isChangingThreadSupported();
            }
        };
    }

    private record Handler(IoHandler plain) implements IoHandler {
        @Override
        public void initialize() {
            plain.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            return plain.run(context);
        }

        @Override
        public void prepareToDestroy() {
            plain.prepareToDestroy();
        }

        @Override
        public void destroy() {
            plain.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            var socket = new Polled((EpollIoHandle) handle);
            socket.registration = new Registration(plain.register(socket), socket);
            return socket.registration;
        }

        @Override
        public void wakeup() {
            plain.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> kind) {
            return plain.isCompatible(kind);
        }
    }

    /** What happens to a socket. Confined to its event loop. */
    @SuppressWarnings("try") // of the interface
    private static final class Polled implements EpollIoHandle {
        private final EpollIoHandle plain;
        private @Nullable IoRegistration registration;
        private boolean endWanted;

        private Polled(EpollIoHandle plain) {
            this.plain = plain;
        }

        @Override
        public FileDescriptor fd() {
            return plain.fd();
        }

        @Override
        public void handle(IoRegistration from, IoEvent event) {
            var told = ((EpollIoEvent) event).ops();
            var known = registration == null ? from : registration;
            if (endWanted && told.contains(EpollIoOps.EPOLLERR)) { // nobody needs to read to hear of a reset
                EpollIoEvent over = () -> told.with(EpollIoOps.EPOLLRDHUP);
                plain.handle(known, over);
            } else {
                plain.handle(known, event);
            }
        }

        @Override
        public void registered() {
            plain.registered();
        }

        @Override
        public void unregistered() {
            plain.unregistered();
        }

        @Override
        public void close() throws Exception {
            plain.close();
        }
    }

    /** What is wanted of a socket. Confined to its event loop. */
    private static final class Registration implements IoRegistration {
        private final IoRegistration plain;
        private final Polled socket;
        private boolean added;

        private Registration(IoRegistration plain, Polled socket) {
            this.plain = plain;
            this.socket = socket;
        }

        @Override
        public long submit(IoOps wanted) {
            var ops = (EpollIoOps) wanted;
            socket.endWanted = ops.contains(EpollIoOps.EPOLLRDHUP);
            added |= !ops.equals(EpollIoOps.NONE);
            var asked = ops.without(EpollIoOps.EPOLLRDHUP);
            return plain.submit(added && asked.equals(EpollIoOps.NONE) ? NOTHING : asked);
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // of the interface
        public <T> T attachment() {
            return plain.attachment();
        }

        @Override
        public boolean isValid() {
            return plain.isValid();
        }

        @Override
        public boolean cancel() {
            return plain.cancel();
        }
    }
}
