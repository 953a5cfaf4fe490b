package gatehouse.exchange;

import gatehouse.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The start of a request after it was checked.
 *
 * @param authority host and port as the client sent them; empty where it sent none
 * @param host host in lower case without port; empty where there is none
 * @param path canonical path
 * @param query query without its question mark, or null
 * @param hasBody whether a body follows
 * @param contentLength announced length; 0 without a body, -1 where not announced
 * @param expectsContinue whether the client waits for {@code 100 Continue}
 * @param refusal why it is refused at the door, or null
 */
record RequestLine(
        String authority,
        String host,
        String path,
        @Nullable String query,
        boolean hasBody,
        long contentLength,
        boolean expectsContinue,
        @Nullable Problem refusal) {}
