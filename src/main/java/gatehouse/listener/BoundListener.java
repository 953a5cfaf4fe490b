package gatehouse.listener;

import gatehouse.config.ListenerConfig;
import gatehouse.tls.ServerTls;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.tracing.TracingPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One listener, bound on every lane. */
final class BoundListener {
    /** What a request line has besides its target: method and version (RFC 9112 §3). */
    private static final int MORE_THAN_URI = 64;

    /** Until its first request is read a connection may be silent this long. */
    private static final int SILENT_SECONDS = 60;

    /**
     * How long clients whose connection ends have to see that, and those that have just connected to send their request,
     * before connections without an exchange are closed.
     */
    private static final long GOODBYE_MILLIS = 500;

    /** Vert.x shares a port that the system chose between servers that ask for the same negative number. */
    private static final AtomicInteger ANY_PORT = new AtomicInteger();

    private final Vertx vertx;
    private final List<Lane> lanes;
    private final ListenerConfig config;
    private final Gate gate;
    private final List<LaneSocket> servers = new ArrayList<>();
    private final List<Door> doors = new ArrayList<>();

    private BoundListener(Vertx vertx, List<Lane> lanes, ListenerConfig config, Gate gate) {
        this.vertx = vertx;
        this.lanes = lanes;
        this.config = config;
        this.gate = gate;
    }

    static Future<BoundListener> bind(
            Vertx vertx, List<Lane> lanes, String name, ListenerConfig config, @Nullable ServerTls tls, Gate gate) {
        var bound = new BoundListener(vertx, lanes, config, gate);
        var port = config.listen().port() == 0
                ? -ANY_PORT.incrementAndGet()
                : config.listen().port();
        var options = options(config);
        var binding = new ArrayList<Future<?>>();
        for (var lane : lanes) {
            var door = new Door(name, config);
            door.encrypt(tls);
            bound.doors.add(door);
            binding.add(lane.run(() -> bound.socket(options, lane, door)
                            .listen(port, config.listen().host()))
                    .compose(listening -> listening));
        }
        return Future.join(binding)
                .map(bound)
                .recover(cause -> bound.close(Duration.ZERO)
                        .transform(closed -> Future.failedFuture(new BindException(name, config.listen(), cause))));
    }

    private LaneSocket socket(HttpServerOptions options, Lane lane, Door door) {
        var gated = new GatedVertx((VertxInternal) vertx, gate);
        var entrance = new Entrance(door, gate);
        var socket = config.protocols().contains(ListenerConfig.Protocol.UDP)
                ? new DatagramSocket(lane, door)
                : !config.isHttp()
                        ? LaneSocket.ofStreams(gated, lane, door, entrance)
                        : LaneSocket.of(server(gated, options, lane, door, entrance));
        synchronized (servers) {
            servers.add(socket);
        }
        return socket;
    }

    private HttpServer server(GatedVertx gated, HttpServerOptions options, Lane lane, Door door, Entrance entrance) {
        return Doorway.server(gated, options, door, entrance, this::accepted)
                .connectionHandler(connection -> {
                    prepare(connection, door);
                    lane.connected(door, connection);
                })
                .requestHandler(request -> lane.handle(door, request))
                .invalidRequestHandler(request -> lane.handleInvalid(door, request));
    }

    /** Sets what Vert.x has no option for. */
    private static void prepare(HttpConnection connection, Door door) {
        if (!(connection instanceof ConnectionBase base)) {
            return;
        }
        var codec = base.channel().pipeline().get(Http2ConnectionHandler.class);
        if (codec == null) {
            return; // HTTP/1
        }
        StrictHeads.guard(codec, door);
        FairWindows.on(codec);
        try {
            // no table for compressed headers, not even the one that a client offers by saying nothing of it
            codec.encoder().configuration().headersConfiguration().maxHeaderTableSize(0);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e); // 0 is always allowed
        }
        door.connected(base);
    }

    private static HttpServerOptions options(ListenerConfig config) {
        var limits = config.limits();
        var http2 = limits.http2();
        var headerBytes = (int) limits.headers().bytes();
        return new HttpServerOptions()
                .setHttp2ClearTextEnabled(config.tls() == null && config.speaksHttp2())
                .setSsl(config.tls() != null)
                .setUseAlpn(config.tls() != null)
                .setMaxInitialLineLength((int) limits.uri().bytes() + MORE_THAN_URI)
                .setMaxHeaderSize(headerBytes)
                .setMaxChunkSize(RequestDecoder.MAX_READ_BYTES)
                .setIdleTimeout(SILENT_SECONDS)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setAcceptBacklog(4096)
                .setTcpFastOpen(false)
                .setTracingPolicy(TracingPolicy.IGNORE)
                .setStrictThreadMode(true) // all is on one thread: no queue of 4 KiB for writes from others
                .setHttp2ConnectionWindowSize((int) http2.connectionWindow().bytes())
                .setHttp2RstFloodMaxRstFramePerWindow(0) // FrameGuard counts, what goes out and not what could
                .setHttp2MaxSmallContinuationFrames(http2.continuations())
                .setInitialSettings(new Http2Settings()
                        .setMaxConcurrentStreams(http2.streams())
                        .setInitialWindowSize((int) http2.window().bytes())
                        .setMaxHeaderListSize(headerBytes)
                        .setPushEnabled(false));
    }

    ListenerConfig config() {
        return config;
    }

    /** Whether the same sockets can serve this configuration. */
    boolean fits(ListenerConfig wanted) {
        return config.listen().equals(wanted.listen())
                && config.protocols().equals(wanted.protocols())
                && (config.tls() == null) == (wanted.tls() == null)
                && config.limits().areBoundLike(wanted.limits());
    }

    Gate gate() {
        return gate;
    }

    void adopt(String name, ListenerConfig changed, @Nullable ServerTls tls) {
        gate.adopt(name, changed);
        doors.forEach(door -> {
            door.adopt(changed);
            door.encrypt(tls);
        });
    }

    int port() {
        synchronized (servers) {
            return servers.stream().mapToInt(server -> server.port()).max().orElse(-1);
        }
    }

    private void accepted(Channel connection) {
        if (config.tls() == null && config.speaksHttp2()) {
            connection.pipeline().addFirst(new FrameGuard(config.limits().http2()));
        } else if ("h2".equals(Entrance.protocol(connection))) {
            connection
                    .pipeline()
                    .addAfter(Entrance.TLS, null, new FrameGuard(config.limits().http2()));
        } else if (isHttp2Alone()) {
            var unused = connection.close(); // whoever did not ask for it would get HTTP/1.1
        }
    }

    private boolean isHttp2Alone() {
        return config.speaksHttp2() && !config.speaksHttp1();
    }

    /** Tells who is connected, stops accepting, then gives who is connected a moment; exchanges go on. */
    Future<Void> leave() {
        var told = new ArrayList<Future<Void>>();
        for (var i = 0; i < doors.size(); i++) {
            var door = doors.get(i);
            told.add(lanes.get(i).run(() -> {
                door.leave();
                return null;
            }));
        }
        return Future.join(told)
                .compose(done -> stopAccepting())
                .compose(stopped -> vertx.timer(GOODBYE_MILLIS, TimeUnit.MILLISECONDS))
                .mapEmpty();
    }

    /**
     * Closes the socket while there are still servers for what it accepts: Vert.x takes the servers away first and would
     * reset connections that come meanwhile. Completes when all that was accepted has reached its lane.
     */
    private Future<Void> stopAccepting() {
        var socket = gate.socket();
        if (socket == null) {
            return Future.succeededFuture();
        }
        return LastCall.close(socket).compose(done -> {
            var reached = new ArrayList<Future<Integer>>();
            lanes.forEach(lane -> reached.add(lane.run(lane::index)));
            return Future.join(reached).mapEmpty();
        });
    }

    /** Ends the connections, each when its exchange is over or the grace has passed. */
    Future<Void> close(Duration grace) {
        var closing = new ArrayList<Future<Void>>();
        synchronized (servers) {
            servers.forEach(server -> closing.add(server.shutdown(grace)));
        }
        return Future.join(closing).mapEmpty();
    }
}
