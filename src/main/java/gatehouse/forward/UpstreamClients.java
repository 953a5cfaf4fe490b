package gatehouse.forward;

import gatehouse.config.ServiceConfig;
import gatehouse.service.Service;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
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

    private static final int MAX_HEADER_BYTES = 32 * 1024;
    private static final int HTTP2_WINDOW_BYTES = 1024 * 1024;

    private final Vertx vertx;
    private final int lanes;
    private final IdentityHashMap<Service, HttpClient> clients = new IdentityHashMap<>();

    /**
     * @param lanes number of event loops that share a service's limits
     */
    UpstreamClients(Vertx vertx, int lanes) {
        this.vertx = vertx;
        this.lanes = lanes;
    }

    HttpClient of(Service service) {
        var client = clients.get(service);
        if (client == null) {
            client = create(service.config().pool());
            clients.put(service, client);
        }
        return client;
    }

    private HttpClient create(ServiceConfig.Pool pool) {
        var options = new HttpClientOptions()
                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setKeepAliveTimeout((int) Math.max(1, pool.idle().toSeconds()))
                .setHttp2KeepAliveTimeout((int) Math.max(1, pool.idle().toSeconds()))
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxInitialLineLength(8 * 1024)
                .setMaxRedirects(0)
                .setTracingPolicy(TracingPolicy.IGNORE);
        if (pool.http2()) {
            options.setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false)
                    .setHttp2ConnectionWindowSize(HTTP2_WINDOW_BYTES)
                    .setInitialSettings(
                            new Http2Settings().setPushEnabled(false).setMaxHeaderListSize(MAX_HEADER_BYTES));
        }
        var limits = new PoolOptions()
                .setHttp1MaxSize(share(pool.max()))
                .setHttp2MaxSize(1)
                .setMaxWaitQueueSize(share(pool.pending()))
                .setCleanerPeriod(1_000);
        return vertx.httpClientBuilder()
                .with(options)
                .with(limits)
                .withConnectHandler(AnswerGuard::guard)
                .build();
    }

    /** One loop's part of a limit of the node, rounded up. */
    private int share(int total) {
        return (total + lanes - 1) / lanes;
    }

    /** Ends a request before its end: its stream, or the connection of an HTTP/1.1 one. */
    static void cut(HttpClientRequest upstream) {
        var isOnly = upstream.version() != HttpVersion.HTTP_2;
        if (isOnly) {
            // a reset alone gives the connection back to the pool when an answer came before its request was sent whole
            upstream.connection().close();
        }
        upstream.reset(CANCEL);
        if (isOnly && upstream.connection() instanceof ConnectionBase base) {
            // the close before this waits until the target has read all
            var unused = base.channelHandlerContext().close();
        }
    }

    /** Closes the clients of services that are gone, giving what is under way {@code grace} to end. */
    void retain(Set<Service> services, Duration grace) {
        var gone = new ArrayList<Service>();
        clients.keySet().forEach(service -> {
            if (!services.contains(service)) {
                gone.add(service);
            }
        });
        for (var service : gone) {
            var client = clients.remove(service);
            if (client != null) {
                client.shutdown(grace.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    Future<?> close(Duration grace) {
        var closing = new ArrayList<Future<Void>>();
        clients.values().forEach(client -> closing.add(client.shutdown(grace.toMillis(), TimeUnit.MILLISECONDS)));
        clients.clear();
        return Future.join(closing);
    }
}
