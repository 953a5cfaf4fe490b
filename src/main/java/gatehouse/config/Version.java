package gatehouse.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Version of an instance in a registry, as in Semantic Versioning 2.0.0, but that minor and patch may be left out.
 *
 * @param numbers major, minor, patch; what is left out is 0 when versions are compared
 * @param preRelease what stands behind a hyphen, which comes before the release itself; empty for a release
 * @param text as it was written
 */
@Expects(value = "a version such as 2, 2.1 or 2.1.0-rc.1", pattern = "^v?[0-9]{1,9}(\\.[0-9]{1,9}){0,3}([-+].+)?$")
public record Version(List<Long> numbers, String preRelease, String text) implements Comparable<Version> {
    private static final int LONGEST = 64;
    private static final int MOST_NUMBERS = 4;

    /** Copies the numbers. */
    public Version {
        numbers = List.copyOf(numbers);
    }

    /** Reads a version; a leading {@code v} and what stands behind a plus count for nothing. */
    public static Version parse(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("longer than " + LONGEST + " characters");
        }
        var plus = text.indexOf('+');
        var known = plus < 0 ? text : text.substring(0, plus);
        var hyphen = known.indexOf('-');
        var release = hyphen < 0 ? known : known.substring(0, hyphen);
        var preRelease = hyphen < 0 ? "" : known.substring(hyphen + 1);
        if ((hyphen >= 0 && !isIdentifiers(preRelease)) || (plus >= 0 && !isIdentifiers(text.substring(plus + 1)))) {
            throw new IllegalArgumentException("no letters, digits, dots and hyphens behind its hyphen or plus");
        }
        return new Version(numbers(release.startsWith("v") ? release.substring(1) : release), preRelease, text);
    }

    /** Reads what somebody sends; null for what is no version. */
    public static @Nullable Version orNull(String text) {
        var first = text.startsWith("v") ? 1 : 0;
        if (text.length() > LONGEST || first == text.length() || !isDigit(text.charAt(first))) {
            return null; // most of what is none, without an exception
        }
        try {
            return parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Numbers with dots between them. */
    static List<Long> numbers(String text) {
        var numbers = new ArrayList<Long>();
        for (var part : text.split("\\.", -1)) {
            if (part.isEmpty() || part.length() > 9 || !isNumber(part) || numbers.size() == MOST_NUMBERS) {
                throw new IllegalArgumentException("not one to four numbers with dots between them");
            }
            numbers.add(Long.valueOf(part));
        }
        return numbers;
    }

    private static boolean isIdentifiers(String text) {
        for (var part : text.split("\\.", -1)) {
            if (part.isEmpty() || !part.chars().allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || c == '-'))) {
                return false;
            }
        }
        return true;
    }

    /** Number at a place, 0 where none stands. */
    long number(int place) {
        return place < numbers.size() ? numbers.get(place) : 0;
    }

    /** Whether all numbers are the same, whatever stands behind a hyphen. */
    boolean isOfSameReleaseAs(Version other) {
        for (var i = 0; i < MOST_NUMBERS; i++) {
            if (number(i) != other.number(i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(Version other) {
        for (var i = 0; i < MOST_NUMBERS; i++) {
            var order = Long.compare(number(i), other.number(i));
            if (order != 0) {
                return order;
            }
        }
        if (preRelease.isEmpty() || other.preRelease.isEmpty()) {
            return Boolean.compare(preRelease.isEmpty(), other.preRelease.isEmpty());
        }
        return comparePreReleases(preRelease.split("\\.", -1), other.preRelease.split("\\.", -1));
    }

    /** Semantic Versioning 2.0.0 §11.4. */
    private static int comparePreReleases(String[] ones, String[] others) {
        for (var i = 0; i < Math.min(ones.length, others.length); i++) {
            var order = comparePreRelease(ones[i], others[i]);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(ones.length, others.length);
    }

    private static int comparePreRelease(String one, String other) {
        var number = isNumber(one);
        if (number != isNumber(other)) {
            return number ? -1 : 1;
        }
        var byLength = number ? Integer.compare(one.length(), other.length()) : 0;
        return byLength != 0 ? byLength : one.compareTo(other);
    }

    private static boolean isNumber(String text) {
        for (var i = 0; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return text;
    }
}
