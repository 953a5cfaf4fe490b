package gatehouse.http;

import gatehouse.listener.UnknownVersionException;
import gatehouse.problem.Problem;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.timeout.ReadTimeoutException;
import org.jspecify.annotations.Nullable;

/** What is wrong with bytes that the codec could not read as a request. */
final class Invalid {
    private Invalid() {}

    static Problem problem(@Nullable Throwable cause) {
        if (cause instanceof UnknownVersionException) {
            return Problem.versionNotSupported();
        }
        if (cause instanceof ReadTimeoutException) {
            return Problem.requestTimeout("The header section did not come in time.");
        }
        if (cause instanceof TooLongHttpLineException) {
            return Problem.uriTooLong();
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return Problem.headersTooLarge();
        }
        return Problem.malformed("The request is not valid HTTP.");
    }
}
