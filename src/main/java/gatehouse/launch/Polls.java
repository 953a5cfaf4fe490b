package gatehouse.launch;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.impl.transports.TransportInternal;
import io.vertx.core.transport.Transport;

/**
 * Sockets driven by epoll. Netty (since 4.2.13) takes a connection out of it of which nothing is wanted for a moment, such as one whose
 * client sends no more and has room for what is written, and forgets that it has: when the client's room is used up, waiting for more
 * fails, and with it the rest of an answer. Here a connection stays in.
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
            return new Registration(plain.register(handle));
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

    /** Confined to its event loop, as what is wanted of a socket is. */
    private static final class Registration implements IoRegistration {
        private final IoRegistration plain;
        private boolean added;

        private Registration(IoRegistration plain) {
            this.plain = plain;
        }

        @Override
        public long submit(IoOps wanted) {
            if (!wanted.equals(EpollIoOps.NONE)) {
                added = true;
                return plain.submit(wanted);
            }
            return plain.submit(added ? NOTHING : wanted);
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
