package gatehouse.exchange;

import gatehouse.problem.Problem;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/** What a client is told whose request's body can't be read to its end. */
public final class BrokenBody {
    private BrokenBody() {}

    /**
     * 431 for a trailer section over the limit (RFC 6585 §5), else 400.
     *
     * @param cause what the codec said
     */
    public static Problem problem(Throwable cause) {
        return cause instanceof TooLongHttpHeaderException || cause.getCause() instanceof TooLongHttpHeaderException
                ? Problem.headersTooLarge()
                : Problem.malformed("The request's body broke off or is not framed as announced.");
    }
}
