package gatehouse.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The value of {@code Date} (RFC 9110 §6.6.1), written once a second. Thread-safe. */
final class DateField {
    /** IMF-fixdate (RFC 9110 §5.6.7). */
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US);

    private static volatile Written last = new Written(-1, "");

    private record Written(long second, String text) {}

    private DateField() {}

    static String at(long epochMillis) {
        var second = Math.floorDiv(epochMillis, 1000L);
        var written = last;
        if (written.second != second) {
            written = new Written(
                    second,
                    Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC).format(FORMAT));
            last = written;
        }
        return written.text;
    }
}
