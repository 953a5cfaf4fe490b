package gatehouse.policy.compress;

/** How welcome codings are to a client (RFC 9110 §12.5.3). */
final class Codings {
    /** A client that names more is not listened to any further. */
    private static final int MOST_CODINGS = 100;

    private Codings() {}

    /** Weight of a coding in thousandths; -1 where it is not named. */
    static int weight(String accept, String coding) {
        var looked = 0;
        for (var start = 0; start <= accept.length() && looked++ < MOST_CODINGS; ) {
            var comma = accept.indexOf(',', start);
            var end = comma < 0 ? accept.length() : comma;
            var nameEnd = start;
            while (nameEnd < end && accept.charAt(nameEnd) != ';') {
                nameEnd++;
            }
            if (isNamed(accept, start, nameEnd, coding)) {
                return nameEnd == end
                        ? 1000
                        : quality(accept.substring(nameEnd + 1, end).trim());
            }
            start = end + 1;
        }
        return -1;
    }

    private static boolean isNamed(String accept, int start, int end, String coding) {
        var from = start;
        var to = end;
        while (from < to && accept.charAt(from) <= ' ') {
            from++;
        }
        while (from < to && accept.charAt(to - 1) <= ' ') {
            to--;
        }
        return to - from == coding.length() && accept.regionMatches(true, from, coding, 0, coding.length());
    }

    /** RFC 9110 §12.4.2; what can't be read counts for nothing. */
    private static int quality(String parameter) {
        if (!parameter.regionMatches(true, 0, "q=", 0, 2)) {
            return 0;
        }
        var text = parameter.substring(2).trim();
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
        return value > 1000 ? 0 : value;
    }
}
