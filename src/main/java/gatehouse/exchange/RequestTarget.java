package gatehouse.exchange;

import gatehouse.problem.Problem;

/** The target of a request as it stands in its first line (RFC 9112 §3.2): taken apart and checked. */
final class RequestTarget {
    private RequestTarget() {}

    /** Where the query begins, or a fragment, which may hold secrets as a query may. */
    static int endOfPath(String uri) {
        var end = 0;
        while (end < uri.length() && uri.charAt(end) != '?' && uri.charAt(end) != '#') {
            end++;
        }
        return end;
    }

    /** Absolute form is taken for the origin form that it means, if it means this host (RFC 9112 §3.2.2). */
    static String originForm(String target, String authority, boolean encrypted) {
        var start = startsWith(target, "http://") ? 7 : encrypted && startsWith(target, "https://") ? 8 : 0;
        if (start == 0 || start == target.length()) {
            throw Problem.malformed("The request target is neither a path nor a URL of this host.")
                    .asFailure();
        }
        var end = start;
        while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
            end++;
        }
        if (!target.substring(start, end).equalsIgnoreCase(authority)) {
            throw Problem.malformed("The request target and Host name different hosts.")
                    .asFailure();
        }
        var rest = target.substring(end);
        return rest.startsWith("/") ? rest : "/" + rest;
    }

    /** A query as it may be sent on (RFC 3986 §3.4). */
    static String checkedQuery(String query) {
        for (var i = 0; i < query.length(); i++) {
            var c = query.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                throw Problem.malformed("The query has a character that must not stand there.")
                        .asFailure();
            }
        }
        return query;
    }

    private static boolean startsWith(String target, String scheme) {
        return target.regionMatches(true, 0, scheme, 0, scheme.length());
    }
}
