package gatehouse.config;

import java.time.Duration;

/** Durations as they stand in the file: a whole number and its unit. */
public final class Durations {
    /** What a duration looks like. */
    static final String EXPECTED = "a duration such as 250ms, 30s, 10m or 1h";

    /** The same for the schema. */
    static final String PATTERN = "^[0-9]+(ms|s|m|h|d)$";

    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Durations() {}

    /** Reads a duration. */
    public static Duration parse(String text) {
        var digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        var millis = switch (text.substring(digits)) {
            case "ms" -> 1L;
            case "s" -> 1_000L;
            case "m" -> 60_000L;
            case "h" -> 3_600_000L;
            case "d" -> 86_400_000L;
            case "" -> throw new IllegalArgumentException("no unit ms, s, m, h or d");
            default -> throw new IllegalArgumentException("not a whole number with a unit ms, s, m, h or d");
        };
        if (digits == 0) {
            throw new IllegalArgumentException("no number before the unit");
        }
        if (digits > 15 || Long.parseLong(text.substring(0, digits)) > LONGEST.toMillis() / millis) {
            throw new IllegalArgumentException("longer than " + LONGEST.toDays() + "d");
        }
        return Duration.ofMillis(Long.parseLong(text.substring(0, digits)) * millis);
    }

    /** The shortest text for a duration. */
    public static String show(long millis) {
        if (millis == 0) {
            return "0s";
        }
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        var seconds = millis / 1000;
        return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
