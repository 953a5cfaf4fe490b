package gatehouse.exchange;

import gatehouse.config.PathPattern;
import gatehouse.config.Template;
import gatehouse.config.Template.Kind;
import gatehouse.config.Template.Part;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Puts the values of a request into a template. Each value is encoded for the place where it will stand, so that no value can
 * end a field, a segment or a parameter, whatever is in it. Where a value is missing there is no text at all: what a template
 * asks for is never half there.
 */
public final class Filled {
    private static final String HEX = "0123456789ABCDEF";

    private final RequestHead head;
    private final Place place;

    private Filled(RequestHead head, Place place) {
        this.head = head;
        this.place = place;
    }

    /** Where the text will stand. */
    private enum Place {
        FIELD,
        COOKIE,
        PATH,
        QUERY
    }

    /** As the value of a header field; bytes that can't stand there are percent-encoded. Null where a value is missing. */
    public static @Nullable String field(Template template, RequestHead head) {
        return new Filled(head, Place.FIELD).fill(template);
    }

    /** As {@code Cookie} or {@code Set-Cookie}: besides, what can't stand in a cookie's value (RFC 6265 §4.1.1) is percent-encoded. */
    public static @Nullable String cookie(Template template, RequestHead head) {
        return new Filled(head, Place.COOKIE).fill(template);
    }

    /**
     * As an address: each value before a {@code ?} is a part of the path, each behind it the value of a parameter, or a part of one. Null where a
     * value is missing.
     */
    public static @Nullable String address(Template template, RequestHead head) {
        var filled = new Filled(head, Place.PATH);
        var out = new StringBuilder(64);
        for (var part : template.parts()) {
            if (out.indexOf("?") < 0 || !isPathText(part.kind())) {
                if (!filled.append(out, part)) {
                    return null;
                }
            } else {
                var value = value(part, head);
                if (value == null) {
                    return null;
                }
                appendAsParameter(out, value);
            }
        }
        return out.toString();
    }

    /** What is percent-encoded already and has no character of a query's own, but slashes and such. */
    private static void appendAsParameter(StringBuilder out, String value) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if ("&=+;#".indexOf(c) < 0) {
                out.append(c);
            } else {
                escape(out, c);
            }
        }
    }

    /**
     * As a part of a path: each value is (a part of) one segment, but for {@code {path}}. Null where a value is missing or
     * empty.
     */
    public static @Nullable String path(Template template, RequestHead head) {
        return new Filled(head, Place.PATH).fill(template);
    }

    /** As the value of a query parameter; its own text is encoded too. Null where a value is missing. */
    public static @Nullable String query(Template template, RequestHead head) {
        return new Filled(head, Place.QUERY).fill(template);
    }

    private @Nullable String fill(Template template) {
        var parts = template.parts();
        if (parts.size() == 1 && parts.get(0).kind() == Kind.TEXT && place != Place.QUERY) {
            return parts.get(0).name();
        }
        var out = new StringBuilder(64);
        for (var i = 0; i < parts.size(); i++) {
            if (!append(out, parts.get(i))) {
                return null;
            }
        }
        return out.toString();
    }

    /** Whether there was something to append. */
    private boolean append(StringBuilder out, Part part) {
        if (part.kind() == Kind.TEXT) {
            if (place == Place.QUERY) {
                encode(out, part.name(), false);
            } else {
                out.append(part.name());
            }
            return true;
        }
        var value = value(part, head);
        if (part.kind() == Kind.QUERY) {
            out.append(value == null ? "" : value); // visible characters only, and encoded by who sent it
            return true;
        }
        if (value == null || (value.isEmpty() && place == Place.PATH)) {
            return false;
        }
        switch (place) {
            case FIELD -> appendToField(out, value, part.kind() == Kind.HEADER);
            case COOKIE -> appendToCookie(out, value, part.kind() == Kind.HEADER);
            case PATH -> {
                if (isPathText(part.kind())) {
                    out.append(value);
                } else {
                    encode(out, value, part.kind() == Kind.HEADER);
                }
            }
            case QUERY -> {
                if (isPathText(part.kind())) {
                    appendKeepingEscapes(out, value);
                } else {
                    encode(out, value, part.kind() == Kind.HEADER);
                }
            }
        }
        return true;
    }

    private static boolean isPathText(Kind kind) {
        return kind == Kind.CAPTURE || kind == Kind.PATH;
    }

    /** What a part stands for in a request, as it is; null where it is missing. */
    public static @Nullable String value(Part part, RequestHead head) {
        return switch (part.kind()) {
            case TEXT -> part.name();
            case CLAIM -> head.identity().claimText(part.name());
            case CAPTURE -> {
                PathPattern pattern = head.pattern();
                yield pattern == null ? null : pattern.capture(part.name(), head.path());
            }
            case HEADER -> head.header(part.name());
            case CLIENT_IP -> head.clientAddress();
            case CONSUMER -> head.identity().consumer();
            case HOST -> head.host();
            case PATH -> head.path();
            case QUERY -> head.query();
        };
    }

    /** A field of the request has passed the door and stays as it is, byte by byte; anything else is ASCII afterwards. */
    private static void appendToField(StringBuilder out, String value, boolean isField) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if ((c >= ' ' && c < 0x7f) || (isField && (c == '\t' || (c > 0x7f && c <= 0xff)))) {
                out.append(c);
            } else {
                i = appendEscaped(out, value, i);
            }
        }
    }

    private static void appendToCookie(StringBuilder out, String value, boolean isField) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (c > ' ' && c < 0x7f && "\",;\\".indexOf(c) < 0) {
                out.append(c);
            } else if (isField && c <= 0xff) {
                escape(out, c);
            } else {
                i = appendEscaped(out, value, i);
            }
        }
    }

    /** Everything but unreserved characters (RFC 3986 §2.3); characters of a field are bytes, any others UTF-8. */
    private static void encode(StringBuilder out, String value, boolean isField) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (isUnreserved(c)) {
                out.append(c);
            } else if (isField && c <= 0xff) {
                escape(out, c);
            } else {
                i = appendEscaped(out, value, i);
            }
        }
    }

    /** What is percent-encoded already, but for characters that mean something in a query. */
    private static void appendKeepingEscapes(StringBuilder out, String value) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (isUnreserved(c) || c == '%') {
                out.append(c);
            } else {
                i = appendEscaped(out, value, i);
            }
        }
    }

    /** The character at an index in UTF-8, a surrogate pair as one; returns the index of its last half. */
    private static int appendEscaped(StringBuilder out, String value, int at) {
        var end = at + Character.charCount(value.codePointAt(at));
        for (var octet : value.substring(at, end).getBytes(StandardCharsets.UTF_8)) {
            escape(out, octet & 0xff);
        }
        return end - 1;
    }

    private static void escape(StringBuilder out, int octet) {
        out.append('%').append(HEX.charAt(octet >> 4)).append(HEX.charAt(octet & 15));
    }

    private static boolean isUnreserved(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }
}
