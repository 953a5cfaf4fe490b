package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.service.Target;
import gatehouse.upstream.VertxRequest;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends copies of requests to where their routes mirror them. A copy has its own connection, its own deadline, and one try; nothing waits for it, and its answer is
 * read and dropped. When too many are under way, because the other side is slow or gone, requests are simply not copied. Confined to its event loop.
 */
final class Copies {
    private static final Logger LOG = LoggerFactory.getLogger(Copies.class);
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** An answer longer than this is not read to its end. */
    private static final long LONGEST_ANSWER = 10 * 1024 * 1024;

    private final Forwarder forwarder;
    private long dropped;
    private long told = System.nanoTime() - TELL_NANOS;

    Copies(Forwarder forwarder) {
        this.forwarder = forwarder;
    }

    /**
     * Sends a copy of what is about to be sent.
     *
     * @param body what has come of its body; null where nothing was taken of it
     */
    void send(Exchange exchange, Mirror mirror, @Nullable Gathering body) {
        var share = mirror.config().share().fraction();
        if (share < 1 && ThreadLocalRandom.current().nextDouble() >= share) {
            return;
        }
        if (exchange.hasBody() && (body == null || !body.isWhole())) {
            mirror.tally().drop(); // longer than what is gathered, or on its way for as long as it likes
            return;
        }
        var target = mirror.service().pick(exchange, List.of());
        if (target == null || !mirror.tally().begin(mirror.config().max())) {
            drop(mirror);
            return;
        }
        try {
            new Copy(exchange, mirror, target, body == null ? exchange.readyBody() : body.gathered()).start();
        } catch (RuntimeException e) {
            mirror.tally().fail();
            LOG.debug("a copy could not be sent", e);
        }
    }

    private void drop(Mirror mirror) {
        dropped++;
        mirror.tally().drop();
        var now = System.nanoTime();
        if (now - told >= TELL_NANOS) {
            told = now;
            LOG.warn(
                    "{} requests were not mirrored to service {}: it has no healthy target, or too many are under way",
                    dropped,
                    mirror.service().name());
            dropped = 0;
        }
    }

    /** One of them. What it needs of the exchange is taken at once, as that goes on meanwhile. */
    private final class Copy {
        private final HeldServices.Held held;
        private final RequestOptions options;
        private final String authority;
        private final MultiMap fields = HttpHeaders.headers();
        private final @Nullable Buffer body;
        private final long timeoutMillis;
        private final MirrorTally tally;
        private @Nullable VertxRequest request;
        private long timer;
        private long answered;
        private boolean over;

        Copy(Exchange exchange, Mirror mirror, Target target, @Nullable Buffer body) {
            UpstreamHead.check(exchange);
            this.body = body;
            tally = mirror.tally();
            timeoutMillis = Math.max(1, mirror.config().timeout().toMillis());
            authority = UpstreamHead.authority(
                    exchange, target, mirror.service().config().hostHeader());
            forwarder.head().writeFields(exchange, 0, fields);
            fields.set("X-Mirrored", "true");
            if (body != null) {
                fields.set(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
            } else if (exchange.hasBody() || mayHaveBody(exchange.upstreamMethod())) {
                fields.set(HttpHeaders.CONTENT_LENGTH, "0");
            }
            held = forwarder.services().hold(mirror.service());
            options = held.connections()
                    .options(target, timeoutMillis)
                    .setMethod(exchange.upstreamMethod())
                    .setURI(exchange.upstreamTarget());
        }

        void start() {
            timer = forwarder.vertx().setTimer(timeoutMillis, id -> end(true));
            try {
                held.connections()
                        .client()
                        .request(options)
                        .onSuccess(this::connected)
                        .onFailure(failure -> end(false));
            } catch (RuntimeException e) {
                LOG.debug("a copy could not be sent", e);
                end(false);
            }
        }

        private void connected(HttpClientRequest up) {
            var sent = new VertxRequest(up);
            if (over) {
                sent.giveBack();
                return;
            }
            request = sent;
            try {
                up.exceptionHandler(cause -> end(true));
                sent.authority(authority);
                up.headers().addAll(fields);
                up.response().onSuccess(this::responded).onFailure(failure -> end(true));
                var unused = body == null ? up.end() : up.end(body);
            } catch (Throwable e) { // whatever it is: a request that is not given up keeps its connection for ever
                end(true);
            }
        }

        private void responded(HttpClientResponse response) {
            response.exceptionHandler(cause -> end(true));
            response.handler(chunk -> {
                answered += chunk.length();
                if (answered > LONGEST_ANSWER) {
                    end(true, true);
                }
            });
            response.endHandler(done -> end(false, true));
        }

        private void end(boolean cut) {
            end(cut, false);
        }

        private void end(boolean cut, boolean isAnswered) {
            if (over) {
                return;
            }
            over = true;
            if (isAnswered) {
                tally.answer();
            } else {
                tally.fail();
            }
            forwarder.vertx().cancelTimer(timer);
            if (cut && request != null) {
                request.abandon();
            }
            held.release();
        }
    }

    /** Methods of which a message without a body says so (RFC 9110 §8.6). */
    private static boolean mayHaveBody(HttpMethod method) {
        return method.equals(HttpMethod.POST) || method.equals(HttpMethod.PUT) || method.equals(HttpMethod.PATCH);
    }
}
