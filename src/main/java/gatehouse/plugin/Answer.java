package gatehouse.plugin;

import org.jspecify.annotations.Nullable;

/** The head of an answer on its way to the client. Its body goes its own way. Made by the gateway. */
public interface Answer {
    /** Status. */
    int status();

    /** First value of a header field, or null; the name in any case. */
    @Nullable String header(String name);

    /**
     * Writes a field that the client gets, in place of any of that name.
     *
     * @throws IllegalArgumentException for a name that belongs to the connection or frames the body, and for a value that can't be sent
     */
    void setHeader(String name, String value);

    /** Takes a field away. */
    void removeHeader(String name);
}
