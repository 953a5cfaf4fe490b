package gatehouse.tcp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the name that a client asks for out of its ClientHello, and leaves all bytes as they are. */
final class Hello extends AbstractSniHandler<String> {
    private static final int MOST_BYTES = 16 * 1024;

    private final Consumer<String> named;
    private boolean told;

    /**
     * @param named gets the name, empty where none is asked for; what is no TLS is closed
     */
    Hello(Duration patience, Consumer<String> named) {
        super(MOST_BYTES, patience.toMillis());
        this.named = named;
    }

    @Override
    protected Future<String> lookup(ChannelHandlerContext context, @Nullable String hostname) {
        return context.executor().newSucceededFuture(hostname == null ? "" : hostname);
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext context, @Nullable String hostname, Future<String> name) {
        told = true;
        context.pipeline().remove(this);
        named.accept(name.getNow());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!told || cause instanceof SslHandshakeTimeoutException) {
            var unused = context.close();
        }
    }
}
