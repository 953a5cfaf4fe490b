package gatehouse.testing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One response as it came.
 *
 * @param head status line and fields
 * @param body content, empty where none may follow
 * @param interim heads of the 1xx responses before it, in order
 */
public record RawResponse(Head head, Body body, List<Head> interim) {
    /** The three digits of the status line. */
    public int status() {
        return statusOf(head);
    }

    /** First value of a field, the name in any case, or null. */
    public @Nullable String header(String name) {
        return head.header(name);
    }

    /** All values of a field in order. */
    public List<String> all(String name) {
        return head.all(name);
    }

    /** The field lines in order. */
    public List<Header> headers() {
        return head.headers();
    }

    /** First value of a trailer field, or null. */
    public @Nullable String trailer(String name) {
        return Head.first(body.trailers(), name);
    }

    /** The body as UTF-8. */
    public String text() {
        return body.text();
    }

    /** Whether the body came to the end that its framing promised. */
    public boolean isComplete() {
        return body.complete();
    }

    static int statusOf(Head head) {
        String line = head.startLine();
        if (!line.matches("HTTP/1\\.[01] [1-9][0-9]{2} [^\\r\\n]*")) {
            throw new MalformedMessage("status line " + Head.printable(line));
        }
        return Integer.parseInt(line.substring(9, 12));
    }
}
