package gatehouse.testing;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Content of a message as far as it arrived.
 *
 * @param bytes without chunk framing
 * @param trailers field lines after the last chunk
 * @param complete whether the framing said that this was all; false when the connection ended before
 */
public record Body(byte[] bytes, List<Header> trailers, boolean complete) {
    static final Body NONE = new Body(new byte[0], List.of(), true);

    /** The bytes as UTF-8. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
