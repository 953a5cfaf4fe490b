package gatehouse.policy.auth;

import gatehouse.policy.Surroundings;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.TrustOptions;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks other servers, with a deadline for the whole answer and a limit for its size. No redirect is followed: where an answer
 * comes from is decided by the configuration alone. Thread-safe.
 */
final class Fetcher {
    private static final Logger LOG = LoggerFactory.getLogger(Fetcher.class);
    private static final int MOST_CONNECTIONS = 64;
    private static final int MOST_WAITING = 1024;
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private final HttpClientAgent client;

    /** The one of a node. */
    static Fetcher shared(Surroundings surroundings) {
        return surroundings.kept().get(Fetcher.class, "auth", () -> new Fetcher(surroundings.vertx()));
    }

    Fetcher(Vertx vertx) {
        this(vertx, null);
    }

    /** Trusts whom these options say instead of whom the Java runtime does. */
    Fetcher(Vertx vertx, @Nullable TrustOptions trust) {
        client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setConnectTimeout((int) CONNECT.toMillis())
                        .setIdleTimeout(20)
                        .setDecompressionSupported(false)
                        .setMaxRedirects(0)
                        .setTrustOptions(trust)
                        .setVerifyHost(true),
                new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS).setMaxWaitQueueSize(MOST_WAITING));
    }

    /**
     * An answer.
     *
     * @param status its status
     * @param headers its fields
     * @param body its content
     */
    record Answer(int status, MultiMap headers, Buffer body) {}

    /** Gets a URL; fails when the answer is late or longer than that. */
    Future<Answer> get(String url, MultiMap headers, Duration timeout, int mostBytes) {
        var options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(url)
                .setHeaders(headers)
                .setFollowRedirects(false)
                .setConnectTimeout(Math.min(timeout.toMillis(), CONNECT.toMillis()))
                .setTimeout(timeout.toMillis());
        return client.request(options)
                .compose(request -> request.send().compose(response -> read(response, mostBytes)))
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .onComplete(end -> {
                    try {
                        LOG.trace("{} was asked", url);
                    } finally {
                        // Vert.x closes a client that nobody holds any more, under its requests
                        Reference.reachabilityFence(client);
                    }
                });
    }

    private static Future<Answer> read(HttpClientResponse response, int mostBytes) {
        Promise<Answer> promise = Promise.promise();
        var body = Buffer.buffer();
        response.handler(part -> {
            if (body.length() + part.length() <= mostBytes) {
                body.appendBuffer(part);
            } else if (promise.tryFail("an answer of more than " + mostBytes + " bytes")) {
                response.request().reset();
            }
        });
        response.exceptionHandler(promise::tryFail);
        response.endHandler(end -> promise.tryComplete(new Answer(response.statusCode(), response.headers(), body)));
        return promise.future();
    }
}
