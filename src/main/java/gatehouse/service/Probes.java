package gatehouse.service;

import gatehouse.config.HealthConfig.Active;
import gatehouse.tls.ClientTls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks each target again and again whether it is well. Every probe has a connection of its own, as a target that cannot take
 * new ones is not well. Confined to the context of its service.
 */
final class Probes {
    private static final double JITTER = 0.1;

    private final Vertx vertx;
    private final Active config;
    private final Roster roster;
    private final @Nullable ClientTls tls;
    private final HttpClient client;
    private final NetClient sockets;

    /** Timer of the next probe by target; -1 while one is under way. */
    private final Map<Target, Long> timers = new HashMap<>();

    Probes(Vertx vertx, Active config, boolean speaksHttp2, @Nullable ClientTls tls, Roster roster) {
        var http2 = speaksHttp2 || config.grpc() != null;
        this.vertx = vertx;
        this.config = config;
        this.roster = roster;
        this.tls = tls;
        var timeout = (int) config.timeout().toMillis();
        var options = new HttpClientOptions()
                .setProtocolVersion(http2 ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1)
                .setHttp2ClearTextUpgrade(false)
                .setConnectTimeout(timeout)
                .setKeepAlive(false);
        if (tls != null) {
            tls.apply(options, http2, config.timeout());
        }
        this.sockets = vertx.createNetClient(new NetClientOptions().setConnectTimeout(timeout));
        this.client = vertx.createHttpClient(
                options, new PoolOptions().setHttp1MaxSize(2).setHttp2MaxSize(1));
    }

    /** Probes these targets from now on: new ones at once, and no others any more. */
    void follow(List<Target> targets) {
        timers.entrySet().removeIf(entry -> {
            var gone = !targets.contains(entry.getKey());
            if (gone) {
                vertx.cancelTimer(entry.getValue());
            }
            return gone;
        });
        targets.stream().filter(target -> !timers.containsKey(target)).forEach(this::probe);
    }

    void close() {
        follow(List.of());
        client.close();
        sockets.close();
    }

    private void probe(Target target) {
        timers.put(target, -1L);
        ask(target).onComplete(answer -> {
            if (!timers.containsKey(target)) {
                return;
            }
            roster.probed(target, answer.succeeded() ? null : "probe: " + reason(answer.cause()));
            timers.put(target, vertx.setTimer(pause(), timer -> probe(target)));
        });
    }

    private Future<Void> ask(Target target) {
        var named = config.grpc();
        var path = named == null ? config.path() : HealthCheck.PATH;
        if (path == null) {
            return sockets.connect(target.address()).compose(socket -> socket.close());
        }
        var options = new RequestOptions()
                .setMethod(named == null ? HttpMethod.GET : HttpMethod.POST)
                .setServer(target.address())
                .setHost(tls == null ? target.host() : tls.nameOf(target.host()))
                .setPort(target.url().port())
                .setURI(path);
        return client.request(options)
                .compose(request -> (named == null
                                ? request.send().compose(Probes::judge)
                                : HealthCheck.send(request, named))
                        .timeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS)
                        // The body is nobody's business, and a late answer neither.
                        .onComplete(done -> over(request)));
    }

    private static void over(HttpClientRequest request) {
        request.reset();
        if (request.version() == HttpVersion.HTTP_2) {
            request.connection().close(); // it would be kept
        }
    }

    private static Future<Void> judge(HttpClientResponse response) {
        // Hears of the reset that follows; without a handler that would be logged as an error.
        response.exceptionHandler(reset -> {});
        var status = response.statusCode();
        return status >= 200 && status < 400 ? Future.succeededFuture() : Future.failedFuture("answered " + status);
    }

    private long pause() {
        var spread = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
        return Math.max(1, Math.round(config.every().toMillis() * spread));
    }

    private static String reason(Throwable cause) {
        var message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
