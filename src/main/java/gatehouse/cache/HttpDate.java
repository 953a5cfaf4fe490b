package gatehouse.cache;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads dates of HTTP (RFC 9110 §5.6.7) in their three forms, and nothing that only looks like one: a date that is misread
 * makes a response fresh that is not.
 */
final class HttpDate {
    /** No date. */
    static final long NONE = Long.MIN_VALUE;

    private static final List<String> MONTHS =
            List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");
    private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");
    private static final List<String> LONG_DAYS =
            List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");
    private static final DateTimeFormatter FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final int FIXED = "Sun, 06 Nov 1994 08:49:37 GMT".length();
    private static final int ASCTIME = "Sun Nov  6 08:49:37 1994".length();
    private static final int AFTER_DAY = "06-Nov-94 08:49:37 GMT".length();

    private HttpDate() {}

    /** Milliseconds since 1970, or {@link #NONE} for what is no date. */
    static long parse(@Nullable String text, long nowMillis) {
        if (text == null) {
            return NONE;
        }
        try {
            if (text.length() == FIXED && text.startsWith(", ", 3)) {
                return fixed(text);
            }
            return text.length() == ASCTIME ? asctime(text) : rfc850(text, nowMillis);
        } catch (DateTimeException | IllegalArgumentException e) {
            return NONE;
        }
    }

    /** {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
    private static long fixed(String text) {
        check(DAYS.contains(text.substring(0, 3)) && text.charAt(7) == ' ' && text.charAt(11) == ' ');
        check(text.charAt(16) == ' ' && text.endsWith(" GMT"));
        return millis(number(text, 12, 4), month(text, 8), number(text, 5, 2), text, 17);
    }

    /** {@code Sun Nov  6 08:49:37 1994}. */
    private static long asctime(String text) {
        check(DAYS.contains(text.substring(0, 3)) && text.charAt(3) == ' ' && text.charAt(7) == ' ');
        check(text.charAt(10) == ' ' && text.charAt(19) == ' ');
        var day = text.charAt(8) == ' ' ? number(text, 9, 1) : number(text, 8, 2);
        return millis(number(text, 20, 4), month(text, 4), day, text, 11);
    }

    /** {@code Sunday, 06-Nov-94 08:49:37 GMT}; a year that seems to lie more than 50 years ahead is one of the past. */
    private static long rfc850(String text, long nowMillis) {
        var comma = text.indexOf(", ");
        check(comma > 0 && LONG_DAYS.contains(text.substring(0, comma)));
        var at = comma + 2;
        check(text.length() == at + AFTER_DAY && text.endsWith(" GMT"));
        check(text.charAt(at + 2) == '-' && text.charAt(at + 6) == '-' && text.charAt(at + 9) == ' ');
        var thisYear =
                LocalDate.ofEpochDay(Math.floorDiv(nowMillis, 86_400_000L)).getYear();
        var year = thisYear - thisYear % 100 + number(text, at + 7, 2);
        return millis(
                year > thisYear + 50 ? year - 100 : year, month(text, at + 3), number(text, at, 2), text, at + 10);
    }

    private static long millis(int year, int month, int day, String text, int time) {
        check(text.charAt(time + 2) == ':' && text.charAt(time + 5) == ':');
        var hour = number(text, time, 2);
        var minute = number(text, time + 3, 2);
        var second = number(text, time + 6, 2);
        check(hour < 24 && minute < 60 && second <= 60);
        return (LocalDate.of(year, month, day).toEpochDay() * 86_400 + hour * 3600L + minute * 60L + second) * 1000;
    }

    /** A moment in the preferred form. */
    static String format(long epochMillis) {
        return FIXDATE.format(Instant.ofEpochMilli(epochMillis));
    }

    private static int month(String text, int at) {
        var month = MONTHS.indexOf(text.substring(at, at + 3));
        check(month >= 0);
        return month + 1;
    }

    private static int number(String text, int at, int digits) {
        var value = 0;
        for (var i = at; i < at + digits; i++) {
            var digit = text.charAt(i) - '0';
            check(digit >= 0 && digit <= 9);
            value = value * 10 + digit;
        }
        return value;
    }

    private static void check(boolean right) {
        if (!right) {
            throw new IllegalArgumentException("no date");
        }
    }
}
