package gatehouse.route;

import gatehouse.config.MatchConfig;
import gatehouse.config.PathPattern;
import gatehouse.config.Version;
import gatehouse.config.VersionMatch;
import gatehouse.config.VersionRange;
import gatehouse.exchange.RequestHead;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The version that the request names is one of a range.
 *
 * @param place where it is named
 * @param name name of the field, parameter or media type there; in lower case for {@code Accept}
 * @param segment index of the path segment; -1 for any other place
 * @param range versions that will do
 * @param encodedName the name as it is looked for in a query
 */
record VersionIn(Place place, String name, int segment, VersionRange range, QueryText encodedName)
        implements Condition {
    /** Where a version stands. */
    enum Place {
        HEADER,
        QUERY,
        ACCEPT,
        PATH
    }

    static VersionIn of(VersionMatch version, MatchConfig match) {
        if (version.header() != null) {
            return of(Place.HEADER, version.header(), -1, version.is());
        }
        if (version.query() != null) {
            return of(Place.QUERY, version.query(), -1, version.is());
        }
        if (version.accept() != null) {
            return of(Place.ACCEPT, version.accept().toLowerCase(Locale.ROOT), -1, version.is());
        }
        var name = String.valueOf(version.path());
        return of(Place.PATH, name, segment(name, match), version.is());
    }

    private static VersionIn of(Place place, String name, int segment, VersionRange range) {
        return new VersionIn(place, name, segment, range, QueryText.of(name));
    }

    /** Index of the segment of this name, the same in all patterns; -1 where there is none. */
    private static int segment(String name, MatchConfig match) {
        var found = -1;
        for (PathPattern pattern : match.path()) {
            var index = pattern.segments().indexOf("{" + name + "}");
            if (index < 0 || (found >= 0 && found != index)) {
                return -1;
            }
            found = index;
        }
        return found;
    }

    @Override
    public boolean holds(RequestHead head) {
        var named = named(head);
        var version = named == null ? null : Version.orNull(named);
        return version != null && range.contains(version);
    }

    private @Nullable String named(RequestHead head) {
        return switch (place) {
            case HEADER -> head.header(name);
            case QUERY -> inQuery(head.query());
            case ACCEPT -> inAccept(head.list("accept"));
            case PATH -> inPath(head.path());
        };
    }

    private @Nullable String inQuery(@Nullable String query) {
        for (var start = 0; query != null && start <= query.length(); ) {
            var end = QueryText.indexOf(query, '&', start, query.length());
            var equals = QueryText.indexOf(query, '=', start, end);
            if (equals < end && encodedName.isAt(query, start, equals)) {
                return decoded(query.substring(equals + 1, end));
            }
            start = end + 1;
        }
        return null;
    }

    /** A plus stands for itself here, as it does in a version. */
    private static @Nullable String decoded(String value) {
        if (value.indexOf('%') < 0) {
            return value;
        }
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Of the media types that name a version the one that is most welcome, and of those the first (RFC 9110 §12.5.1). */
    private @Nullable String inAccept(@Nullable String accept) {
        if (accept == null) {
            return null;
        }
        var text = accept.toLowerCase(Locale.ROOT);
        String best = null;
        var most = 0;
        for (var start = 0; start <= text.length(); ) {
            var end = endOfPart(text, ',', start, text.length());
            var found = name.indexOf('/') < 0 ? parameter(text, name, start, end) : typed(text, start, end);
            if (found != null && Version.orNull(found) != null) {
                var weight = weight(parameter(text, "q", start, end));
                if (weight > most) {
                    most = weight;
                    best = found;
                }
            }
            start = end + 1;
        }
        return best;
    }

    /** In thousandths; what can't be read counts for nothing (RFC 9110 §12.4.2). */
    private static int weight(@Nullable String quality) {
        if (quality == null) {
            return 1000;
        }
        var value = 0;
        for (var i = 0; i < 5; i++) {
            var c = i < quality.length() ? quality.charAt(i) : i == 1 ? '.' : '0';
            if (i == 1 ? c != '.' : c < '0' || c > '9') {
                return 0;
            }
            value = i == 1 ? value : value * 10 + c - '0';
        }
        return quality.isEmpty() || quality.length() > 5 || value > 1000 ? 0 : value;
    }

    /** Index of a character outside of quotes, or {@code to}. */
    private static int endOfPart(String text, char wanted, int from, int to) {
        var isQuoted = false;
        for (var i = from; i < to; i++) {
            var c = text.charAt(i);
            if (c == '\\' && isQuoted) {
                i++;
            } else if (c == '"') {
                isQuoted = !isQuoted;
            } else if (c == wanted && !isQuoted) {
                return i;
            }
        }
        return to;
    }

    private static @Nullable String parameter(String text, String name, int from, int to) {
        for (var start = endOfPart(text, ';', from, to); start < to; ) {
            var end = endOfPart(text, ';', start + 1, to);
            var equals = QueryText.indexOf(text, '=', start, end);
            if (equals < end && text.substring(start + 1, equals).trim().equals(name)) {
                var value = text.substring(equals + 1, end).trim();
                return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
                        ? value.substring(1, value.length() - 1)
                        : value;
            }
            start = end;
        }
        return null;
    }

    /** What stands between the media type and its suffix, as {@code v2} in {@code application/vnd.acme.v2+json}. */
    private @Nullable String typed(String text, int from, int to) {
        var type = text.substring(from, endOfPart(text, ';', from, to)).trim();
        if (!type.startsWith(name) || type.length() < name.length() + 2) {
            return null;
        }
        var dot = type.charAt(name.length());
        var plus = type.indexOf('+', name.length());
        return dot == '.' || dot == '-' ? type.substring(name.length() + 1, plus < 0 ? type.length() : plus) : null;
    }

    private @Nullable String inPath(String path) {
        var start = 1;
        for (var i = 0; i <= segment && start <= path.length(); i++) {
            var end = Patterns.endOfSegment(path, start);
            if (i == segment) {
                return path.substring(start, end);
            }
            start = end + 1;
        }
        return null;
    }

    @Override
    public String why(RequestHead head) {
        var named = named(head);
        return this.text() + (named == null ? " is not named" : " is " + named) + " (needs " + range + ")";
    }

    private String text() {
        return "version by " + place.name().toLowerCase(Locale.ROOT) + " " + name;
    }

    @Override
    public boolean disjointFrom(Condition other) {
        return other instanceof VersionIn that
                && place == that.place
                && name.equalsIgnoreCase(that.name)
                && segment == that.segment
                && areDisjoint(range, that.range);
    }

    /** For ranges of one condition each, which say that a version begins with different numbers. */
    private static boolean areDisjoint(VersionRange one, VersionRange other) {
        if (one.conditions().size() != 1 || other.conditions().size() != 1) {
            return false;
        }
        var first = one.conditions().get(0);
        var second = other.conditions().get(0);
        return first.operator().equals("=")
                && second.operator().equals("=")
                && !one.contains(second.version())
                && !other.contains(first.version());
    }

    @Override
    public String toString() {
        return text() + ": " + range;
    }
}
