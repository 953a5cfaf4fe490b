package gatehouse.policy.limits;

import gatehouse.config.Key;
import gatehouse.config.Size;
import gatehouse.config.Weaker;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Pace;
import gatehouse.exchange.Reply;
import gatehouse.exchange.ReshapedBody;
import gatehouse.exchange.Reshaping;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the request body, and how slowly bodies may move. An announced length over the limit is refused before anything is
 * read (RFC 9110 §15.5.14); a body of unknown length is counted while it streams and cut at the limit.
 */
public final class Limits implements Policy {
    /** The policy {@code limits}. */
    public static final PolicyType<Config> TYPE = PolicyType.policy(
            "limits", "How large a request may be, and how slow its bodies.", Stage.SIZE, Config.class, Limits::new);

    /** Keys of {@code limits}. */
    public record Config(
            @Key(doc = "Most bytes of a request body; more is 413.", value = "10MiB")
            Size body,

            @Key(
                    doc =
                            "Most bytes of an answer's body. One that announces more is answered 502 instead; one that turns out to be"
                                    + " longer is broken off.",
                    min = 1)
            @Nullable Size response,

            @Key(
                    doc =
                            "Least bytes a second of a body under way, in either direction. A slower request is 408, a slower"
                                    + " answer is broken off; so is one whose client takes it more slowly. `0B`: none.",
                    value = "256B",
                    max = 1_073_741_824,
                    weaker = Weaker.SMALLER)
            Size minRate,

            @Key(
                    doc = "Over what time `minRate` is averaged; a body that is done sooner is never too slow.",
                    value = "15s",
                    min = 10)
            Duration minRateOver,

            @Key(
                    doc = "Longest time for a request body; then 408. `0s`: none.",
                    value = "60s",
                    min = 0,
                    weaker = Weaker.LARGER_OR_ZERO)
            Duration bodyTime,

            @Key(
                    doc =
                            "Switches `minRate`, `bodyTime` and `timeout.total` off, for routes that stream without end, such"
                                    + " as server-sent events; `timeout.idle` still holds.",
                    value = "false")
            boolean streaming) {}

    private final long bodyBytes;
    private final long responseBytes;
    private final Pace pace;

    private Limits(Config config) {
        bodyBytes = config.body().bytes();
        responseBytes =
                config.response() == null ? Long.MAX_VALUE : config.response().bytes();
        pace = config.streaming()
                ? Pace.STREAMING
                : new Pace(
                        config.minRate().bytes(),
                        config.minRateOver().toNanos(),
                        config.bodyTime().toNanos(),
                        false);
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        if (exchange.carriedCall() != null) {
            exchange.keepPace(Pace.STREAMING); // a call has limits of its own
        } else if (exchange.contentLength() > bodyBytes) {
            return Future.failedFuture(Problem.bodyTooLarge(bodyBytes).asFailure());
        } else {
            exchange.limitBody(bodyBytes);
            exchange.keepPace(pace);
        }
        return responseBytes == Long.MAX_VALUE
                ? next.proceed(exchange)
                : next.proceed(exchange).compose(reply -> bounded(exchange, reply));
    }

    private Future<Reply> bounded(Exchange exchange, Reply reply) {
        var length = reply.body().length();
        var isWithoutBody = exchange.isHead() || reply.status() == 204 || reply.status() == 304;
        if (isWithoutBody || (length >= 0 && length <= responseBytes)) {
            return Future.succeededFuture(reply);
        }
        if (length > responseBytes) {
            reply.cancel();
            return Future.failedFuture(tooLong().asFailure());
        }
        return Future.succeededFuture(reply.with(new ReshapedBody(reply.body(), new Count(responseBytes))));
    }

    private static Problem tooLong() {
        return Problem.badGateway("upstream-too-long", "The service's answer is longer than it may be.");
    }

    /** Counts what passes. */
    private static final class Count implements Reshaping {
        private long left;

        Count(long most) {
            left = most;
        }

        @Override
        public Buffer reshape(Buffer chunk, boolean isLast) {
            left -= chunk.length();
            if (left < 0) {
                throw tooLong().asFailure();
            }
            return chunk;
        }
    }
}
