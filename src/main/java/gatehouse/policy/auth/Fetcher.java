package gatehouse.policy.auth;

import gatehouse.config.Checked.Complaints;
import gatehouse.policy.NamedFiles;
import gatehouse.policy.Surroundings;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TrustOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.ConnectException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks other servers, with a deadline for the whole answer and a limit for its size; once more where a connection breaks. No redirect is followed: where an answer
 * comes from is decided by the configuration alone. Thread-safe.
 */
final class Fetcher {
    private static final Logger LOG = LoggerFactory.getLogger(Fetcher.class);
    private static final int MOST_CERTIFICATE_BYTES = 1024 * 1024;
    private static final int MOST_CONNECTIONS = 64;
    private static final int MOST_WAITING = 1024;
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private final HttpClientAgent client;

    /**
     * The one of a node.
     *
     * @param ca file with the certificates that are trusted instead of the system's; null for those
     */
    static Fetcher shared(Surroundings surroundings, @Nullable String ca) {
        if (ca == null) {
            return surroundings.kept().get(Fetcher.class, "auth", () -> new Fetcher(surroundings.vertx()));
        }
        try {
            var bytes = surroundings.files().read(ca, MOST_CERTIFICATE_BYTES);
            var trust = new PemTrustOptions().addCertValue(Buffer.buffer(bytes));
            return surroundings
                    .kept()
                    .get(Fetcher.class, Digest.of(bytes), () -> new Fetcher(surroundings.vertx(), trust));
        } catch (IOException e) {
            throw new IllegalStateException(ca + " " + e.getMessage(), e);
        }
    }

    /** Tells what is wrong with a file of certificates. */
    static void check(@Nullable String ca, NamedFiles files, String place, Complaints complaints) {
        if (ca == null || files.areSealed()) {
            return;
        }
        try {
            var bytes = files.read(ca, MOST_CERTIFICATE_BYTES);
            if (CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes))
                    .isEmpty()) {
                throw new IOException("has no certificate");
            }
        } catch (IOException | CertificateException e) {
            complaints.add(place, ca + " " + e.getMessage(), "a PEM file with certificates");
        }
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
        return ask(options, mostBytes)
                .recover(failure -> isGone(failure) ? ask(options, mostBytes) : Future.failedFuture(failure))
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

    private Future<Answer> ask(RequestOptions options, int mostBytes) {
        return client.request(options)
                .compose(request -> request.send().compose(response -> read(response, mostBytes)));
    }

    /** Whether a connection broke, as a kept one does that its server gives up at the same moment: to get is safe, so it is done once more. */
    private static boolean isGone(Throwable failure) {
        return failure instanceof HttpClosedException
                || (failure instanceof IOException && !(failure instanceof ConnectException));
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
