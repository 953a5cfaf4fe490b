package gatehouse.upstream;

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
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.tracing.TracingPolicy;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.concurrent.TimeUnit;

/**
 * One event loop's connections to the targets of one service. A client used by one loop only opens its connections on that loop, so an
 * exchange never changes threads. Whoever asks sees to it that no more is asked for than there may be. Confined to its event loop.
 */
public final class TargetConnections {
    /** How often {@link #sweep} wants to be called. */
    public static final int SWEEP_MILLIS = 1_000;

    static final int MAX_HEADER_BYTES = 32 * 1024;
    static final int MAX_LINE_BYTES = 8 * 1024;

    /**
     * Most that one read brings, and so the longest piece of a body. It is what comes on top when a client is slow, so it is half of
     * Netty's.
     */
    static final int MAX_READ_BYTES = 32 * 1024;

    /** Larger than any wait a route may set, which is what bounds a request; this only ends the connect itself. */
    private static final int CONNECT_TIMEOUT_MILLIS = 30_000;

    /** Streams of slow clients must not use up what others need: together their windows, of 64 KiB, are smaller than this. */
    private static final int HTTP2_WINDOW_BYTES = 8 * 1024 * 1024;

    /** Most streams of a connection to a target of gRPC, whatever the target allows. */
    private static final int GRPC_STREAMS = 1000;

    /** The same for so many. */
    private static final int GRPC_WINDOW_BYTES = 128 * 1024 * 1024;

    private static final RecvByteBufAllocator READS =
            new AdaptiveRecvByteBufAllocator(64, 2048, MAX_READ_BYTES).maxMessagesPerRead(16);

    private final VertxInternal vertx;
    private final Service service;
    private final HttpClientAgent client;
    private final int most;
    private final IdentityHashMap<Target, TargetPool> pools = new IdentityHashMap<>();
    private final HeadBytes scratch = new HeadBytes();

    /**
     * Opens none before one is asked for.
     *
     * @param most requests under way to one target, and over HTTP/1.1 connections
     * @param mostOfHttp2 connections to one target over HTTP/2
     */
    public TargetConnections(Vertx vertx, Service service, int most, int mostOfHttp2) {
        this.vertx = (VertxInternal) vertx;
        this.service = service;
        this.most = most;
        this.client = create(mostOfHttp2);
    }

    private HttpClientAgent create(int mostOfHttp2) {
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
        var limits = new PoolOptions()
                .setHttp1MaxSize(most)
                .setHttp2MaxSize(mostOfHttp2)
                // never used, but for connections that are just being closed and streams that a target allows fewer of
                .setMaxWaitQueueSize(most)
                .setCleanerPeriod(SWEEP_MILLIS);
        return vertx.httpClientBuilder()
                .with(options)
                .with(limits)
                .withConnectHandler(TargetConnections::opened)
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

    /** Whether one connection carries many requests, which the client of Vert.x keeps by itself: over HTTP/2. */
    public boolean isMultiplexed() {
        return service.config().speaksHttp2();
    }

    /**
     * Asks for a connection to a target.
     *
     * @param connectMillis how long one over HTTP/2 may take to come about; one over HTTP/1.1 that comes late serves others
     * @param fresh whether it must be a new one, over HTTP/1.1
     */
    public void ask(Ask ask, Target target, long connectMillis, boolean fresh) {
        if (isMultiplexed()) {
            client.request(options(target, connectMillis)).onComplete(ask);
        } else {
            pool(target).ask(ask, fresh);
        }
    }

    private TargetPool pool(Target target) {
        var pool = pools.get(target);
        if (pool == null) {
            pool = new TargetPool(
                    vertx,
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

    /** The client of Vert.x, with connections of its own, for what is written for that. */
    public HttpClient client() {
        return client;
    }

    /**
     * What its client wants to know to send a request.
     *
     * @param connectMillis longest wait for a connection
     */
    public RequestOptions options(Target target, long connectMillis) {
        return new RequestOptions()
                .setServer(target.address())
                .setHost(service.hostOf(target))
                .setPort(target.port())
                .setConnectTimeout(Math.max(1, connectMillis));
    }

    /** Closes what was idle for too long. */
    public void sweep() {
        pools.values().forEach(TargetPool::sweep);
        pools.values().removeIf(TargetPool::isEmpty);
    }

    /** Ends all of them, giving what is under way {@code grace} to end. */
    public Future<Void> close(Duration grace) {
        return client.shutdown(grace.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends all of them, on which nothing is under way. */
    public void close() {
        client.close();
    }
}
