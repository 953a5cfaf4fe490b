package gatehouse.listener;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.impl.NetServerImpl;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.IntSupplier;

/** A listener's server on one lane. */
interface LaneSocket {
    Future<?> listen(int port, String host);

    int port();

    /** Ends the connections, each when it is over or the grace has passed. */
    Future<Void> shutdown(Duration grace);

    /** One of requests. */
    static LaneSocket of(HttpServer server) {
        return new Server(server::listen, server::actualPort, server::shutdown);
    }

    /** One that hands out bytes. */
    static LaneSocket ofStreams(GatedVertx vertx, Lane lane, Door door, Entrance entrance) {
        var options = new NetServerOptions().setAcceptBacklog(4096).setTcpNoDelay(true);
        NetServer server = new NetServerImpl(vertx, options).connectHandler(socket -> {
            var channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
            entrance.pass(channel, door.config().stream().hello(), () -> lane.stream(door, channel));
        });
        return new Server(server::listen, server::actualPort, server::shutdown);
    }

    /** A server of Vert.x; its servers of requests and of bytes have this in common and no type for it. */
    record Server(BiFunction<Integer, String, Future<?>> binding, IntSupplier actualPort, End end)
            implements LaneSocket {
        /** How it ends. */
        interface End {
            Future<Void> within(long time, TimeUnit unit);
        }

        @Override
        public Future<?> listen(int port, String host) {
            return binding.apply(port, host);
        }

        @Override
        public int port() {
            return actualPort.getAsInt();
        }

        @Override
        public Future<Void> shutdown(Duration grace) {
            return end.within(grace.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
