package gatehouse.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What {@code Cache-Control} says (RFC 9111 §5.2). Of directives that contradict each other the more restrictive holds: the
 * shorter time, the word without fields. A time that is no number counts as zero (§4.2.1), one beyond 2³¹ as that (§1.2.2).
 */
public final class Directives {
    /** Nothing is said. */
    public static final Directives NONE = new Directives();

    /** Not given. */
    static final long ABSENT = -1;

    /** The longest time in seconds that is told from longer ones (RFC 9111 §1.2.2). */
    static final long MOST = 1L << 31;

    private boolean noStore;
    private boolean noCache;
    private boolean isPrivate;
    private boolean isPublic;
    private boolean mustRevalidate;
    private boolean proxyRevalidate;
    private boolean mustUnderstand;
    private boolean onlyIfCached;
    private long maxAge = ABSENT;
    private long sharedMaxAge = ABSENT;
    private long minFresh = ABSENT;
    private long maxStale = ABSENT;
    private long staleWhileRevalidate = ABSENT;
    private long staleIfError = ABSENT;
    private List<String> hidden = List.of();

    private Directives() {}

    /** Reads all lines of the field. */
    public static Directives parse(List<String> lines) {
        if (lines.isEmpty()) {
            return NONE;
        }
        var read = new Directives();
        for (var line : lines) {
            read.readLine(line);
        }
        return read;
    }

    private void readLine(String line) {
        var at = 0;
        while (at < line.length()) {
            var c = line.charAt(at);
            if (c == ',' || c == ' ' || c == '\t') {
                at++;
                continue;
            }
            var nameEnd = at;
            while (nameEnd < line.length() && line.charAt(nameEnd) != '=' && line.charAt(nameEnd) != ',') {
                nameEnd++;
            }
            var name = line.substring(at, nameEnd);
            if (nameEnd == line.length() || line.charAt(nameEnd) == ',') {
                take(name.trim().toLowerCase(Locale.ROOT), null);
                at = nameEnd;
                continue;
            }
            at = readValue(line, nameEnd + 1, name);
        }
    }

    private int readValue(String line, int start, String name) {
        if (start < line.length() && line.charAt(start) == '"') {
            return readQuoted(line, start, name);
        }
        var end = line.indexOf(',', start);
        end = end < 0 ? line.length() : end;
        var last = end;
        while (last > start && (line.charAt(last - 1) == ' ' || line.charAt(last - 1) == '\t')) {
            last--;
        }
        // blanks around the equals sign are not allowed and make the value none (RFC 9111 §5.2)
        take(name.trim().toLowerCase(Locale.ROOT), name.endsWith(" ") ? "" : line.substring(start, last));
        return end;
    }

    private int readQuoted(String line, int start, String name) {
        var text = new StringBuilder();
        var at = start + 1;
        for (; at < line.length() && line.charAt(at) != '"'; at++) {
            if (line.charAt(at) == '\\' && at + 1 < line.length()) {
                at++;
            }
            text.append(line.charAt(at));
        }
        if (at >= line.length()) {
            noStore = true; // who knows what was meant to stand outside of the quotes
            return at;
        }
        var end = line.indexOf(',', at);
        end = end < 0 ? line.length() : end;
        var isClean = line.substring(at + 1, end).isBlank();
        take(name.trim().toLowerCase(Locale.ROOT), isClean ? text.toString() : "");
        return end;
    }

    private void take(String name, @Nullable String value) {
        switch (name) {
            case "no-store" -> noStore = true;
            case "no-cache" -> noCache |= !hides(value);
            case "private" -> isPrivate |= !hides(value);
            case "public" -> isPublic = true;
            case "must-revalidate" -> mustRevalidate = true;
            case "proxy-revalidate" -> proxyRevalidate = true;
            case "must-understand" -> mustUnderstand = true;
            case "only-if-cached" -> onlyIfCached = true;
            case "max-age" -> maxAge = shorter(maxAge, seconds(value));
            case "s-maxage" -> sharedMaxAge = shorter(sharedMaxAge, seconds(value));
            case "min-fresh" -> minFresh = Math.max(minFresh, seconds(value));
            case "max-stale" -> maxStale = shorter(maxStale, value == null ? MOST : seconds(value));
            case "stale-while-revalidate" -> staleWhileRevalidate = shorter(staleWhileRevalidate, seconds(value));
            case "stale-if-error" -> staleIfError = shorter(staleIfError, seconds(value));
            default -> {}
        }
    }

    /** Notes fields that are not for everybody; false where none are named, which means all of the response. */
    private boolean hides(@Nullable String fields) {
        if (fields == null || fields.isBlank()) {
            return false;
        }
        var all = new ArrayList<>(hidden);
        for (var field : fields.split(",", -1)) {
            if (!field.isBlank()) {
                all.add(field.trim().toLowerCase(Locale.ROOT));
            }
        }
        hidden = List.copyOf(all);
        return true;
    }

    private static long shorter(long known, long given) {
        return known == ABSENT ? given : Math.min(known, given);
    }

    private static long seconds(@Nullable String value) {
        return Math.max(0, delta(Objects.requireNonNullElse(value, "")));
    }

    /** A number of seconds (RFC 9111 §1.2.2), or -1 for what is none. */
    static long delta(String digits) {
        var value = 0L;
        for (var i = 0; i < digits.length(); i++) {
            var digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = Math.min(MOST, value * 10 + digit);
        }
        return digits.isEmpty() ? -1 : value;
    }

    /** What a targeted field says (RFC 9213); null where it is empty or no dictionary, and thereby none. */
    static @Nullable Directives targeted(List<String> lines) {
        return of(Dictionary.parse(String.join(",", lines), true));
    }

    /** The same for {@code Surrogate-Control}, in any case. Directives with parameters are for caches of that name. */
    static @Nullable Directives surrogate(List<String> lines) {
        return of(Dictionary.parse(String.join(",", lines).toLowerCase(Locale.ROOT), false));
    }

    private static @Nullable Directives of(@Nullable Map<String, Object> members) {
        if (members == null || members.isEmpty()) {
            return null;
        }
        var read = new Directives();
        members.forEach((name, value) -> {
            if (value instanceof Boolean given) {
                if (given) {
                    read.take(name, isTime(name) ? "" : null);
                }
            } else if (!isTime(name) || value instanceof Long) {
                read.take(name, value.toString());
            } else {
                read.take(name, "");
            }
        });
        return read;
    }

    private static boolean isTime(String name) {
        return name.equals("max-age")
                || name.equals("s-maxage")
                || name.equals("stale-while-revalidate")
                || name.equals("stale-if-error");
    }

    boolean noStore() {
        return noStore;
    }

    boolean noCache() {
        return noCache;
    }

    boolean isPrivate() {
        return isPrivate;
    }

    boolean isPublic() {
        return isPublic;
    }

    boolean mustRevalidate() {
        return mustRevalidate;
    }

    boolean proxyRevalidate() {
        return proxyRevalidate;
    }

    boolean mustUnderstand() {
        return mustUnderstand;
    }

    /** Whether a request takes nothing but what is stored. */
    public boolean onlyIfCached() {
        return onlyIfCached;
    }

    /** Seconds, or {@link #ABSENT}. */
    long maxAge() {
        return maxAge;
    }

    /** Seconds that hold for shared caches, or {@link #ABSENT}. */
    long sharedMaxAge() {
        return sharedMaxAge;
    }

    /** Seconds, or {@link #ABSENT}. */
    long minFresh() {
        return minFresh;
    }

    /** Seconds, or {@link #ABSENT}. */
    long maxStale() {
        return maxStale;
    }

    /** Seconds, or {@link #ABSENT}. */
    long staleWhileRevalidate() {
        return staleWhileRevalidate;
    }

    /** Seconds, or {@link #ABSENT}. */
    long staleIfError() {
        return staleIfError;
    }

    /** Names, in lower case, of fields that are only for who asked, or not without a validation. */
    List<String> hidden() {
        return hidden;
    }
}
