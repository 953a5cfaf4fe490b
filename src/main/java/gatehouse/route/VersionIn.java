package gatehouse.route;

import gatehouse.config.MatchConfig;
import gatehouse.config.PathPattern;
import gatehouse.config.Version;
import gatehouse.config.VersionMatch;
import gatehouse.config.VersionRange;
import gatehouse.exchange.RequestHead;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The version that the request names is one of a range.
 *
 * @param place where it is named
 * @param name name of the field, parameter or media type there; in lower case for {@code Accept}
 * @param segment index of the path segment; -1 for any other place
 * @param range versions that will do
 */
record VersionIn(Place place, String name, int segment, VersionRange range) implements Condition {
    /** Where a version stands. */
    enum Place {
        HEADER,
        QUERY,
        ACCEPT,
        PATH
    }

    static VersionIn of(VersionMatch version, MatchConfig match) {
        if (version.header() != null) {
            return new VersionIn(Place.HEADER, version.header(), -1, version.is());
        }
        if (version.query() != null) {
            return new VersionIn(Place.QUERY, version.query(), -1, version.is());
        }
        if (version.accept() != null) {
            return new VersionIn(Place.ACCEPT, version.accept().toLowerCase(Locale.ROOT), -1, version.is());
        }
        var name = String.valueOf(version.path());
        return new VersionIn(Place.PATH, name, segment(name, match), version.is());
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
        if (named == null) {
            return false;
        }
        try {
            return range.contains(Version.parse(named));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private @Nullable String named(RequestHead head) {
        return switch (place) {
            case HEADER -> head.header(name);
            case QUERY -> inQuery(head.query());
            case ACCEPT -> inAccept(head.header("accept"));
            case PATH -> inPath(head.path());
        };
    }

    private @Nullable String inQuery(@Nullable String query) {
        for (var start = 0; query != null && start <= query.length(); ) {
            var end = QueryText.indexOf(query, '&', start, query.length());
            if (query.startsWith(name, start)
                    && start + name.length() < end
                    && query.charAt(start + name.length()) == '=') {
                return query.substring(start + name.length() + 1, end);
            }
            start = end + 1;
        }
        return null;
    }

    /** The first media type that names a version. */
    private @Nullable String inAccept(@Nullable String accept) {
        if (accept == null) {
            return null;
        }
        var text = accept.toLowerCase(Locale.ROOT);
        for (var start = 0; start <= text.length(); ) {
            var end = QueryText.indexOf(text, ',', start, text.length());
            var found = name.indexOf('/') < 0 ? parameter(text, start, end) : typed(text, start, end);
            if (found != null) {
                return found;
            }
            start = end + 1;
        }
        return null;
    }

    private @Nullable String parameter(String text, int from, int to) {
        for (var start = QueryText.indexOf(text, ';', from, to); start < to; ) {
            var end = QueryText.indexOf(text, ';', start + 1, to);
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
        var type = text.substring(from, QueryText.indexOf(text, ';', from, to)).trim();
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
