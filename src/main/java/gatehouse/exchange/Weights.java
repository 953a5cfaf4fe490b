package gatehouse.exchange;

import java.util.List;

/** How welcome something is to a client that names what it takes (RFC 9110 §12.4.2), in thousandths. */
public final class Weights {
    /** A client that names more is not listened to any further. */
    private static final int MOST_NAMES = 100;

    private static final int FULL = 1000;

    private Weights() {}

    /**
     * Weight of a coding or a range of media types.
     *
     * @param accept the whole list of {@code Accept}, {@code Accept-Encoding} or the like
     * @param name what is looked for, as it is spelled there but for its case
     * @return 0 for what is not wanted or has a weight that can't be read; -1 for what is not named
     */
    public static int of(String accept, String name) {
        var looked = 0;
        for (var start = 0; start <= accept.length() && looked++ < MOST_NAMES; ) {
            var comma = accept.indexOf(',', start);
            var end = comma < 0 ? accept.length() : comma;
            var nameEnd = accept.indexOf(';', start);
            nameEnd = nameEnd < 0 || nameEnd > end ? end : nameEnd;
            if (isNamed(accept, start, nameEnd, name)) {
                return ofParameters(accept, nameEnd, end);
            }
            start = end + 1;
        }
        return -1;
    }

    /**
     * Weight of a media type by the range that is nearest to it: itself, all of its kind, or all (RFC 9110 §12.5.1).
     *
     * @param lines lines of {@code Accept}; where there is none, all is welcome
     */
    public static int ofType(List<String> lines, String type) {
        if (lines.isEmpty()) {
            return FULL;
        }
        var accept = lines.size() == 1 ? lines.get(0) : String.join(",", lines);
        var weight = of(accept, type);
        if (weight < 0) {
            weight = of(accept, type.substring(0, type.indexOf('/') + 1) + "*");
        }
        if (weight < 0) {
            weight = of(accept, "*/*");
        }
        return Math.max(0, weight);
    }

    private static boolean isNamed(String accept, int start, int end, String name) {
        var from = start;
        var to = end;
        while (from < to && accept.charAt(from) <= ' ') {
            from++;
        }
        while (from < to && accept.charAt(to - 1) <= ' ') {
            to--;
        }
        return to - from == name.length() && accept.regionMatches(true, from, name, 0, name.length());
    }

    /** Of the parameters between a name and the next one, each behind its semicolon, only the weight says anything here. */
    private static int ofParameters(String accept, int from, int end) {
        for (var at = from; at < end; ) {
            var next = accept.indexOf(';', at + 1);
            next = next < 0 || next > end ? end : next;
            var parameter = accept.substring(at + 1, next).strip();
            if (parameter.regionMatches(true, 0, "q=", 0, 2)) {
                return quality(parameter.substring(2).strip());
            }
            at = next;
        }
        return FULL;
    }

    private static int quality(String text) {
        if (text.isEmpty() || text.length() > 5 || (text.length() > 1 && text.charAt(1) != '.')) {
            return 0;
        }
        var value = 0;
        for (var i = 0; i < 5; i++) {
            if (i == 1) {
                continue;
            }
            var digit = i < text.length() ? text.charAt(i) - '0' : 0;
            if (digit < 0 || digit > 9) {
                return 0;
            }
            value = value * 10 + digit;
        }
        return value > FULL ? 0 : value;
    }
}
