package gatehouse.listener;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.impl.NetServerImpl;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A listener's server on one lane. */
interface LaneSocket {
    Future<?> listen(int port, String host);

    int port();

    /** Ends the connections, each when it is over or the grace has passed. */
    Future<Void> shutdown(Duration grace);

    static LaneSocket of(HttpServer server) {
        return new LaneSocket() {
            @Override
            public Future<?> listen(int port, String host) {
                return server.listen(port, host);
            }

            @Override
            public int port() {
                return server.actualPort();
            }

            @Override
            public Future<Void> shutdown(Duration grace) {
                return server.shutdown(grace.toMillis(), TimeUnit.MILLISECONDS);
            }
        };
    }

    /** One that hands out bytes. */
    static LaneSocket ofStreams(GatedVertx vertx, Lane lane, Door door, Entrance entrance) {
        var options = new NetServerOptions().setAcceptBacklog(4096).setTcpNoDelay(true);
        NetServer server = new NetServerImpl(vertx, options).connectHandler(socket -> {
            var channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
            entrance.pass(channel, door.config().stream().hello(), () -> lane.stream(door, channel));
        });
        return new LaneSocket() {
            @Override
            public Future<?> listen(int port, String host) {
                return server.listen(port, host);
            }

            @Override
            public int port() {
                return server.actualPort();
            }

            @Override
            public Future<Void> shutdown(Duration grace) {
                return server.shutdown(grace.toMillis(), TimeUnit.MILLISECONDS);
            }
        };
    }
}
