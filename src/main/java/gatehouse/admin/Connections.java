package gatehouse.admin;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * The connections of the admin API. There are only so many; one that comes on top takes the place of the one that has been
 * idle for longest, so that whoever holds connections open keeps nobody from asking for health. They are watched where they
 * are read and written: handlers of a response are its router's to set, and a WebSocket tells a connection's nothing. Confined
 * to one event loop.
 */
final class Connections {
    static final int MOST = 256;

    /** For whoever holds none for long. */
    private static final int SPARE = 96;

    private final IntSupplier most;

    /** Without a request, the longest idle first. */
    private final Set<Channel> idle = new LinkedHashSet<>();

    private final Set<Channel> busy = new HashSet<>();

    /** None yet, of as many as are allowed when one more comes. */
    Connections(IntSupplier most) {
        this.most = most;
    }

    /** How many there may be where so many are allowed to hold one for as long as they like. */
    static int mostBeside(int holders) {
        return Math.max(MOST, holders + SPARE);
    }

    /** Counts a connection that came. */
    void opened(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            var channel = base.channel();
            channel.pipeline().addBefore(base.channelHandlerContext().name(), null, new Requests());
            BrokenOff.on(connection);
            idle.add(channel);
            channel.closeFuture().addListener(closed -> gone(channel));
            if (idle.size() + busy.size() > most.getAsInt()) {
                var longest = idle.iterator().next();
                gone(longest);
                var unused = longest.close();
            }
        }
    }

    private void gone(Channel channel) {
        idle.remove(channel);
        busy.remove(channel);
    }

    /** A connection is busy from the head of a request until its answer has been written; one that is a WebSocket now, for good. */
    private final class Requests extends ChannelDuplexHandler {
        private int unanswered;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest && unanswered++ == 0 && idle.remove(context.channel())) {
                busy.add(context.channel());
            }
            context.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (isEndOfAnswer(message) && --unanswered == 0 && busy.remove(context.channel())) {
                idle.add(context.channel());
            }
            var unused = context.write(message, promise);
        }

        private static boolean isEndOfAnswer(Object message) {
            return message instanceof LastHttpContent
                    && !(message instanceof HttpResponse head
                            && head.status().codeClass() == HttpStatusClass.INFORMATIONAL);
        }
    }
}
