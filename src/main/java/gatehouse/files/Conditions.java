package gatehouse.files;

import gatehouse.exchange.RequestHead;
import io.netty.handler.codec.DateFormatter;
import org.jspecify.annotations.Nullable;

/** What a request says about the copy that its client has (RFC 9110 §13), and the part that it wants (§14). */
final class Conditions {
    private static final int MOST_DIGITS = 18;

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
        if (field == null || !field.startsWith("bytes=") || !holds(request.header("if-range"), file)) {
            return null;
        }
        var text = field.substring("bytes=".length()).trim();
        var dash = text.indexOf('-');
        if (dash < 0) {
            return null;
        }
        var from = number(text.substring(0, dash));
        var to = number(text.substring(dash + 1));
        if (dash == 0) {
            return to < 0 ? null : suffix(to, file.size());
        }
        if (from < 0 || (to < 0 && dash < text.length() - 1) || (to >= 0 && to < from)) {
            return null;
        }
        var last = to < 0 ? file.size() - 1 : Math.min(to, file.size() - 1);
        return from >= file.size() ? ByteRange.OUTSIDE : new ByteRange(from, last - from + 1);
    }

    private static ByteRange suffix(long length, long size) {
        var there = Math.min(length, size);
        return there == 0 ? ByteRange.OUTSIDE : new ByteRange(size - there, there);
    }

    /** {@code If-Range} (RFC 9110 §13.1.5): only a strong tag or exactly that date. */
    private static boolean holds(@Nullable String condition, SiteFile file) {
        return condition == null || condition.equals(file.etag()) || condition.equals(file.lastModified());
    }

    private static long number(String digits) {
        if (digits.isEmpty() || digits.length() > MOST_DIGITS) {
            return -1;
        }
        var value = 0L;
        for (var i = 0; i < digits.length(); i++) {
            var digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
