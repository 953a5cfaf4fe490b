package gatehouse.files;

import io.netty.handler.codec.DateFormatter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;

/**
 * A file as it was when it was looked at.
 *
 * @param path where it is, links followed
 * @param size in bytes
 * @param modifiedMillis when it was changed last
 */
record SiteFile(Path path, long size, long modifiedMillis) {
    /** A strong validator (RFC 9110 §8.8.3): another content has another size or time. */
    String etag() {
        return '"' + Long.toHexString(modifiedMillis) + '-' + Long.toHexString(size) + '"';
    }

    String lastModified() {
        return DateFormatter.format(Date.from(Instant.ofEpochMilli(modifiedMillis)));
    }

    /** Whether it has not changed since a date in seconds, as fields carry it. */
    boolean isUnchangedSince(Instant date) {
        return modifiedMillis / 1000 <= date.getEpochSecond();
    }
}
