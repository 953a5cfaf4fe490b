package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.upstream.TargetAnswer;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.httpproxy.Body;
import org.jspecify.annotations.Nullable;

/**
 * The body that came out of a proxy, and the target's trailers after it where the body is still the target's. Confined to its
 * event loop.
 */
final class WebProxyBody extends AnswerBody {
    private final long length;
    private final @Nullable TargetAnswer source;

    /** The source, where it is the target's own answer and not what an interceptor made of it. */
    private final @Nullable HttpClientResponse untouched;

    WebProxyBody(WebProxyTrip trip, @Nullable Body body, @Nullable HttpClientResponse answer) {
        super(trip, body == null ? null : body.stream());
        this.source = trip.source();
        this.length = body == null ? 0 : body.length();
        this.untouched = body == null || body.stream() != answer ? null : answer;
    }

    /** Whether the target's answer is what is sent. */
    boolean isUntouched() {
        return untouched != null;
    }

    @Override
    void reading(boolean on) {
        if (source != null) {
            source.reading(on);
        }
    }

    @Override
    int status() {
        return untouched == null ? HttpResponseStatus.OK.code() : untouched.statusCode();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    void putTrailers(Exchange to) {
        if (untouched != null && !untouched.trailers().isEmpty()) {
            Fields.copyTrailers(untouched.trailers(), to.trailers());
        }
    }
}
