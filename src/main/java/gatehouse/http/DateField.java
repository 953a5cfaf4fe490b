package gatehouse.http;

import io.netty.util.AsciiString;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The value of {@code Date} (RFC 9110 §6.6.1), written once a second. Thread-safe. */
final class DateField {
    /** The preferred format: always two digits for the day, always GMT (RFC 9110 §5.6.7). */
    private static final DateTimeFormatter IMF_FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static volatile Written last = new Written(0, at(0));

    private DateField() {}

    private record Written(long second, AsciiString text) {}

    /** The date of a moment. */
    static AsciiString of(long epochMillis) {
        var second = epochMillis / 1000;
        var known = last;
        if (known.second() != second) {
            known = new Written(second, at(second));
            last = known;
        }
        return known.text();
    }

    private static AsciiString at(long second) {
        return AsciiString.cached(IMF_FIXDATE.format(Instant.ofEpochSecond(second)));
    }
}
