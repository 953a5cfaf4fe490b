package gatehouse.files;

import gatehouse.exchange.ByteRange;
import gatehouse.exchange.RequestHead;
import io.netty.handler.codec.DateFormatter;
import org.jspecify.annotations.Nullable;

/** What a request says about the copy that its client has (RFC 9110 §13), and the part that it wants (§14). */
final class Conditions {
    private Conditions() {}

    /** Whether the client's copy is good: 304. An entity tag counts more than a date. */
    static boolean isFresh(RequestHead request, SiteFile file) {
        var tags = request.header("if-none-match");
        if (tags != null) {
            return names(tags, file.etag());
        }
        var since = request.header("if-modified-since");
        var date = since == null ? null : DateFormatter.parseHttpDate(since);
        return date != null && file.isUnchangedSince(date.toInstant());
    }

    /** Compared weakly: {@code W/} makes no difference (RFC 9110 §8.8.3.2). */
    private static boolean names(String tags, String etag) {
        for (var start = 0; start <= tags.length(); ) {
            var comma = tags.indexOf(',', start);
            var end = comma < 0 ? tags.length() : comma;
            var tag = tags.substring(start, end).trim();
            if (tag.equals("*") || (tag.startsWith("W/") ? tag.substring(2) : tag).equals(etag)) {
                return true;
            }
            start = end + 1;
        }
        return false;
    }

    /**
     * The one range asked for. Null for the whole file: no range, one of a copy that is out of date, several, or something
     * that is no range at all, which a server may leave unheeded (RFC 9110 §14.2).
     */
    static @Nullable ByteRange range(RequestHead request, SiteFile file) {
        var field = request.header("range");
        return field == null || !holds(request.header("if-range"), file) ? null : ByteRange.of(field, file.size());
    }

    /** {@code If-Range} (RFC 9110 §13.1.5): only a strong tag or exactly that date. */
    private static boolean holds(@Nullable String condition, SiteFile file) {
        return condition == null || condition.equals(file.etag()) || condition.equals(file.lastModified());
    }
}
