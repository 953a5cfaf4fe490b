package gatehouse.service;

/** Finds a value in a {@code Cookie} field (RFC 6265 §4.2) without cutting the field into pieces. */
final class CookieHeader {
    private CookieHeader() {}

    /** Index at which the value of the first cookie with this name starts, or -1. */
    static int find(String header, String name) {
        var from = 0;
        while (from < header.length()) {
            while (from < header.length() && header.charAt(from) == ' ') {
                from++;
            }
            var after = from + name.length();
            if (after < header.length() && header.charAt(after) == '=' && header.startsWith(name, from)) {
                return after + 1;
            }
            var semicolon = header.indexOf(';', from);
            if (semicolon < 0) {
                return -1;
            }
            from = semicolon + 1;
        }
        return -1;
    }

    /** Index after the value that starts at {@code start}. */
    static int end(String header, int start) {
        var semicolon = header.indexOf(';', start);
        var end = semicolon < 0 ? header.length() : semicolon;
        while (end > start && header.charAt(end - 1) == ' ') {
            end--;
        }
        return end;
    }
}
