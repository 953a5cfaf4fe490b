package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.upstream.TargetAnswer;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** The body of a target's answer, and its trailers after it. Confined to its event loop. */
final class Download extends AnswerBody {
    private final TargetAnswer source;

    Download(Attempt attempt, TargetAnswer source) {
        super(attempt, source);
        this.source = source;
    }

    /** The reason phrase, where it is not the usual one of its status. */
    static @Nullable String reason(TargetAnswer answer) {
        var phrase = answer.reason();
        return phrase == null
                        || phrase.equals(
                                HttpResponseStatus.valueOf(answer.status()).reasonPhrase())
                        || !isPlain(phrase)
                ? null
                : phrase;
    }

    /** RFC 9112 §4: no control characters but the tab. */
    private static boolean isPlain(String phrase) {
        return phrase.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f));
    }

    @Override
    void reading(boolean on) {
        source.reading(on);
    }

    @Override
    int status() {
        return source.status();
    }

    @Override
    public long length() {
        var length = source.headers().get(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? -1 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    void putTrailers(Exchange to) {
        var trailers = source.trailers();
        if (!trailers.isEmpty()) {
            Fields.copyTrailers(trailers, to.trailers());
        }
    }
}
