package gatehouse.config;

import java.time.Duration;

/**
 * So many in a time, written {@code 100/s}, {@code 1000/m}, {@code 20/h} or {@code 500/d}.
 *
 * @param count 1 or more
 * @param per the time
 * @param text as it was written
 */
@Expects(value = "a rate such as 100/s, 1000/m, 20/h or 500/d", pattern = "^[1-9][0-9]{0,8}/(s|m|h|d)$")
public record Rate(long count, Duration per, String text) {
    /** Reads a rate. */
    public static Rate parse(String text) {
        var slash = text.indexOf('/');
        var digits = slash < 0 ? "" : text.substring(0, slash);
        var per = switch (slash < 0 ? "" : text.substring(slash + 1)) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            case "d" -> Duration.ofDays(1);
            default -> throw new IllegalArgumentException("no /s, /m, /h or /d behind a number");
        };
        if (!digits.matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException("not a whole number from 1 to 999999999 before the slash");
        }
        return new Rate(Long.parseLong(digits), per, text);
    }

    @Override
    public String toString() {
        return text;
    }
}
