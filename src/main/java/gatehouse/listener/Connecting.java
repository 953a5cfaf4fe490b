package gatehouse.listener;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** How connecting somewhere went, told where the state of who connects belongs. */
public final class Connecting {
    private Connecting() {}

    /** Is told. */
    @FunctionalInterface
    public interface Outcome {
        /** Called on the event loop; null for a connection that is there. */
        void is(@Nullable Throwable failure);
    }

    /** Tells on an event loop. Where no socket could be made, as files have run out, Netty itself tells on a thread of its own. */
    public static ChannelFutureListener on(EventLoop loop, Outcome outcome) {
        return done -> {
            if (loop.inEventLoop()) {
                outcome.is(done.cause());
            } else {
                loop.execute(() -> outcome.is(done.cause()));
            }
        };
    }
}
