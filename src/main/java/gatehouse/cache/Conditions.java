package gatehouse.cache;

import gatehouse.exchange.ByteRange;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** What a request says about the copy that its client has (RFC 9110 §13, RFC 9111 §4.3.2), and the part that it wants (§14). */
final class Conditions {
    private Conditions() {}

    /** Whether the client's copy is as good as the stored one. An entity tag counts more than a date. */
    static boolean hasCopy(MultiMap request, Stored stored, long nowMillis) {
        if (request.contains(HttpHeaders.IF_NONE_MATCH)) {
            var lines = request.getAll(HttpHeaders.IF_NONE_MATCH);
            return names(
                    lines.size() == 1 ? lines.get(0) : String.join(",", lines),
                    stored.head().etag());
        }
        var since = HttpDate.parse(request.get(HttpHeaders.IF_MODIFIED_SINCE), nowMillis);
        if (since == HttpDate.NONE) {
            return false;
        }
        var modified = stored.head().lastModified();
        var date = stored.head().field("date");
        var changed = HttpDate.parse(modified != null ? modified : date == null ? null : date.toString(), nowMillis);
        return changed != HttpDate.NONE && changed <= since;
    }

    /** Compared weakly: {@code W/} makes no difference (RFC 9110 §8.8.3.2). */
    static boolean names(String tags, @Nullable String etag) {
        var opaque = etag == null ? null : opaque(etag);
        for (var at = 0; at < tags.length(); ) {
            var c = tags.charAt(at);
            if (c == ' ' || c == '\t' || c == ',') {
                at++;
                continue;
            }
            if (c == '*') {
                return true;
            }
            var quote = tags.startsWith("W/", at) ? at + 2 : at;
            // a comma may stand inside of a tag, a quote may not
            var end = quote < tags.length() && tags.charAt(quote) == '"'
                    ? tags.indexOf('"', quote + 1) + 1
                    : endOfBare(tags, quote);
            if (end <= 0) {
                return false;
            }
            if (opaque != null && opaque.length() == end - quote && tags.startsWith(opaque, quote)) {
                return true;
            }
            at = end;
        }
        return false;
    }

    /**
     * Whether a tag on a confirmation is that of the stored response (RFC 9111 §4.3.4): the same where it is a strong one. A weak one
     * says nothing of a response without a tag.
     */
    static boolean confirms(String tag, @Nullable String etag) {
        return tag.startsWith("W/") ? etag == null || opaque(tag).equals(opaque(etag)) : tag.equals(etag);
    }

    private static int endOfBare(String tags, int from) {
        var comma = tags.indexOf(',', from);
        return comma < 0 ? tags.length() : comma;
    }

    private static String opaque(String etag) {
        return etag.startsWith("W/") ? etag.substring(2) : etag;
    }

    /**
     * The one part asked for. Null for all of it: no range, one of another copy ({@code If-Range}), several, or something that is
     * no range, which a server may leave unheeded (RFC 9110 §14.2).
     */
    static @Nullable ByteRange part(MultiMap request, Stored stored, long nowMillis) {
        var field = request.get("range");
        return field == null || !holds(request, stored, nowMillis)
                ? null
                : ByteRange.of(field, stored.payload().length());
    }

    /** {@code If-Range} (RFC 9110 §13.1.5): a strong tag, or exactly that date where it is old enough to be a strong one. */
    private static boolean holds(MultiMap request, Stored stored, long nowMillis) {
        var condition = request.get("if-range");
        if (condition == null) {
            return true;
        }
        if (condition.startsWith("\"")) {
            return condition.equals(stored.head().etag());
        }
        var modified = HttpDate.parse(stored.head().lastModified(), nowMillis);
        var date = stored.head().field("date");
        var made = date == null ? HttpDate.NONE : HttpDate.parse(date.toString(), nowMillis);
        return modified != HttpDate.NONE
                && modified == HttpDate.parse(condition, nowMillis)
                && made != HttpDate.NONE
                && made - modified >= 1000;
    }
}
