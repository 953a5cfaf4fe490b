package gatehouse.forward;

import gatehouse.config.ServiceConfig;
import gatehouse.service.Service;
import gatehouse.service.Target;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.tracing.TracingPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One event loop's connections to the targets, one client per service. A client used by one loop only opens its
 * connections on that loop, so an exchange never changes threads. Confined to its event loop.
 */
final class UpstreamClients {
    /** Larger than any wait a route may set, which is what bounds a request; this only ends the connect itself. */
    private static final int CONNECT_TIMEOUT_MILLIS = 30_000;

    /** RFC 9113 §7: the stream is not needed any more. */
    static final long CANCEL = 8;

    /** How often connections that were idle for too long are looked for. */
    private static final int SWEEP_MILLIS = 1_000;

    static final int MAX_HEADER_BYTES = 32 * 1024;
    static final int MAX_LINE_BYTES = 8 * 1024;

    /** Streams of slow clients must not use up what others need: together their windows, of 64 KiB, are smaller than this. */
    private static final int HTTP2_WINDOW_BYTES = 8 * 1024 * 1024;

    /** Most streams of a connection to a target of gRPC, whatever the target allows. */
    private static final int GRPC_STREAMS = 1000;

    /** The same for so many. */
    private static final int GRPC_WINDOW_BYTES = 128 * 1024 * 1024;

    /**
     * Most that one read brings, and so the longest piece of a body. It is what comes on top when a client is slow, so it is half of
     * Netty's.
     */
    static final int MAX_READ_BYTES = 32 * 1024;

    private static final RecvByteBufAllocator READS =
            new AdaptiveRecvByteBufAllocator(64, 2048, MAX_READ_BYTES).maxMessagesPerRead(16);

    private final Vertx vertx;
    private final Deadlines deadlines;
    private final int lanes;
    private final long sweeper;
    private final IdentityHashMap<Service, Held> clients = new IdentityHashMap<>();
    private final HeadBytes scratch = new HeadBytes();

    /**
     * @param lanes number of event loops that share a service's limits
     */
    UpstreamClients(Vertx vertx, Deadlines deadlines, int lanes) {
        this.vertx = vertx;
        this.deadlines = deadlines;
        this.lanes = lanes;
        this.sweeper = vertx.setPeriodic(SWEEP_MILLIS, id -> clients.values().forEach(Held::sweep));
    }

    /** The client of a service, which stays open until it is released as often as it was held. */
    Held hold(Service service) {
        var held = clients.get(service);
        if (held == null) {
            held = new Held(service, new Admission(service, deadlines, lanes));
            clients.put(service, held);
        }
        held.hold();
        return held;
    }

    private HttpClientAgent create(Service service) {
        var config = service.config();
        var pool = config.pool();
        var options = new HttpClientOptions()
                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setKeepAliveTimeout((int) Math.max(1, pool.idle().toSeconds()))
                .setHttp2KeepAliveTimeout((int) Math.max(1, pool.idle().toSeconds()))
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxRedirects(0)
                .setTracingPolicy(TracingPolicy.IGNORE);
        if (config.speaksHttp2()) {
            options.setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false)
                    .setHttp2ConnectionWindowSize(
                            config.protocol() == ServiceConfig.ServiceProtocol.GRPC
                                    ? GRPC_WINDOW_BYTES
                                    : HTTP2_WINDOW_BYTES)
                    .setHttp2MultiplexingLimit(
                            config.protocol() == ServiceConfig.ServiceProtocol.GRPC ? GRPC_STREAMS : -1)
                    .setInitialSettings(
                            new Http2Settings().setPushEnabled(false).setMaxHeaderListSize(MAX_HEADER_BYTES));
        }
        var tls = service.tls();
        if (tls != null) {
            tls.apply(options, config.speaksHttp2(), Duration.ofMillis(CONNECT_TIMEOUT_MILLIS));
        }
        var most = Admission.mostPerTarget(config, lanes);
        var limits = new PoolOptions()
                .setHttp1MaxSize(most)
                .setHttp2MaxSize(Admission.connectionsPerTarget(config, lanes))
                // never used, but for connections that are just being closed and streams that a target allows fewer of
                .setMaxWaitQueueSize(most)
                .setCleanerPeriod(SWEEP_MILLIS);
        return vertx.httpClientBuilder()
                .with(options)
                .with(limits)
                .withConnectHandler(UpstreamClients::opened)
                .build();
    }

    /** Sets up a connection that has just come about. */
    static void opened(HttpConnection connection) {
        AnswerGuard.guard(connection);
        if (connection instanceof ConnectionBase base) {
            var config = base.channel().config();
            config.setRecvByteBufAllocator(READS);
            // a write that fails must not close: the answer may lie there already, and what reads it finds the end too
            config.setAutoClose(false);
        }
    }

    /** Closes the clients of services that are gone, each as soon as the last exchange with it has ended. */
    void retain(Set<Service> services) {
        clients.forEach((service, held) -> {
            if (!services.contains(service)) {
                held.retire();
            }
        });
        clients.values().removeIf(held -> held.retired && held.holders == 0);
    }

    Future<?> close(Duration grace) {
        vertx.cancelTimer(sweeper);
        var closing = new ArrayList<Future<Void>>();
        clients.values().forEach(held -> {
            held.service.unwatch(held.admission);
            closing.add(held.client.shutdown(grace.toMillis(), TimeUnit.MILLISECONDS));
        });
        clients.clear();
        return Future.join(closing);
    }

    /** Gives up a request of which nothing was sent; its connection serves others. */
    static void giveBack(HttpClientRequest request) {
        request.exceptionHandler(cause -> {}).reset(CANCEL);
    }

    /** Gives up a request that is under way. Over HTTP/1.1 that costs the connection (RFC 9112 §9.6). */
    static void abandon(HttpClientRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.reset(CANCEL);
            return;
        }
        Reading.stop(
                request.version(),
                request.connection()); // one that begins while the close waits for a write would keep the socket open
        // (io_uring)
        // first out of the pool: a reset alone gives the connection back when an answer overtook the request
        request.connection().close();
        request.reset(CANCEL);
        if (request.connection() instanceof ConnectionBase base) {
            // the close before waits until the target has read all
            var unused = base.channelHandlerContext().close();
        }
    }

    /** A client, who may use it now, and how many do. */
    final class Held {
        private final Service service;
        private final HttpClientAgent client;
        private final IdentityHashMap<Target, TargetPool> pools = new IdentityHashMap<>();
        private final Admission admission;
        private int holders;
        private boolean retired;

        private Held(Service service, Admission admission) {
            this.service = service;
            this.client = create(service);
            this.admission = admission;
            service.watch(admission);
        }

        HttpClient client() {
            return client;
        }

        /** Whether one connection carries many requests, which the client keeps by itself. */
        boolean isMultiplexed() {
            return service.config().speaksHttp2();
        }

        /** Where connections to a target are kept, for HTTP/1.1. */
        TargetPool pool(Target target) {
            var pool = pools.get(target);
            if (pool == null) {
                var most = Admission.mostPerTarget(service.config(), lanes);
                pool = new TargetPool(
                        (VertxInternal) vertx,
                        client,
                        target.address(),
                        service.hostOf(target),
                        most,
                        service.config().pool().idle(),
                        scratch);
                pools.put(target, pool);
            }
            return pool;
        }

        private void sweep() {
            pools.values().forEach(TargetPool::sweep);
            pools.values().removeIf(TargetPool::isEmpty);
        }

        Admission admission() {
            return admission;
        }

        void hold() {
            holders++;
        }

        void release() {
            holders--;
            closeUnused();
        }

        private void retire() {
            retired = true;
            closeUnused();
        }

        private void closeUnused() {
            if (retired && holders == 0) {
                service.unwatch(admission);
                client.close();
            }
        }
    }
}
