package gatehouse.policy.auth;

import gatehouse.route.QueryText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Values by name in a query, in a form, and in {@code Cookie}, as they stand there: credentials need no escapes, and what is escaped is none. Names
 * are compared as a service reads them, so that it finds no credentials where nobody has looked: decoded in queries, and without the blanks
 * around them in cookies.
 */
final class NamedValues {
    private NamedValues() {}

    /** Values of the parameters of a name, in their order. */
    static List<String> parameters(String query, QueryText name) {
        List<String> found = List.of();
        for (var start = 0; start <= query.length(); ) {
            var end = endOfPart(query, '&', start);
            var equals = equalsOf(query, name, start, end);
            if (equals >= 0) {
                found = with(found, query.substring(equals + 1, end));
            }
            start = end + 1;
        }
        return found;
    }

    /** The query without them, or null where nothing is left. */
    static @Nullable String withoutParameters(String query, QueryText name) {
        return without(query, '&', "&", start -> equalsOf(query, name, start, endOfPart(query, '&', start)) >= 0);
    }

    /** Index of the equals sign behind the name of a parameter; -1 where it is another one, or has no value. */
    private static int equalsOf(String query, QueryText name, int start, int end) {
        var equals = query.indexOf('=', start);
        return equals >= 0 && equals < end && name.isAt(query, start, equals) ? equals : -1;
    }

    /** Values of the cookies of a name, in their order. */
    static List<String> cookies(@Nullable String field, String name) {
        List<String> found = List.of();
        for (var start = 0; field != null && start < field.length(); ) {
            var end = endOfPart(field, ';', start);
            var equals = equalsOf(field, name, start, end);
            if (equals >= 0) {
                found = with(found, field.substring(equals + 1, end).strip());
            }
            start = end + 1;
        }
        return found;
    }

    /** The cookies without them, or null where nothing is left. */
    static @Nullable String withoutCookies(String field, String name) {
        return without(field, ';', "; ", start -> equalsOf(field, name, start, endOfPart(field, ';', start)) >= 0);
    }

    private static int equalsOf(String field, String name, int start, int end) {
        var from = start;
        while (from < end && isBlank(field.charAt(from))) {
            from++;
        }
        if (!field.startsWith(name, from)) {
            return -1;
        }
        var equals = from + name.length();
        while (equals < end && isBlank(field.charAt(equals))) {
            equals++;
        }
        return equals < end && field.charAt(equals) == '=' ? equals : -1;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static int endOfPart(String text, char separator, int start) {
        var end = text.indexOf(separator, start);
        return end < 0 ? text.length() : end;
    }

    private static @Nullable String without(String text, char separator, String between, IntPredicate isGone) {
        var kept = new StringBuilder(text.length());
        for (var start = 0; start <= text.length(); ) {
            var end = endOfPart(text, separator, start);
            if (!isGone.test(start)) {
                kept.append(kept.isEmpty() ? "" : between)
                        .append(text.substring(start, end).strip());
            }
            start = end + 1;
        }
        return kept.isEmpty() ? null : kept.toString();
    }

    private static List<String> with(List<String> found, String value) {
        if (found.isEmpty()) {
            return List.of(value);
        }
        var all = new ArrayList<>(found);
        all.add(value);
        return all;
    }
}
