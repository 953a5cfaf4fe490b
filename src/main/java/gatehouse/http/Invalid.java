package gatehouse.http;

import gatehouse.problem.Problem;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import org.jspecify.annotations.Nullable;

/** What is wrong with bytes that the codec could not read as a request. */
final class Invalid {
    private Invalid() {}

    static Problem problem(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Problem.uriTooLong();
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return Problem.headersTooLarge();
        }
        return Problem.malformed("The request is not valid HTTP.");
    }
}
