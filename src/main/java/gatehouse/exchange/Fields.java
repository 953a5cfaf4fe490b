package gatehouse.exchange;

import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Which header fields travel and which belong to one connection only (RFC 9110 §7.6.1). */
public final class Fields {
    private static final boolean[] TOKEN = new boolean[128];
    private static final AsciiString CONNECTION = AsciiString.cached("connection");
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString VARY = AsciiString.cached("Vary");
    private static final AsciiString CLOSE = AsciiString.cached("close");
    private static final List<AsciiString> HOP_BY_HOP = FieldKinds.hopByHop();

    static {
        for (var c : "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".toCharArray()) {
            TOKEN[c] = true;
        }
    }

    private Fields() {}

    /** Whether a text that is not empty is a token, as methods and the names of fields are (RFC 9110 §5.6.2). */
    public static boolean isToken(CharSequence text) {
        for (var i = 0; i < text.length(); i++) {
            if (!isTokenCharacter(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    static boolean isTokenCharacter(char c) {
        return c < 128 && TOKEN[c];
    }

    /** Whether a field describes one connection and is never passed on. */
    public static boolean isHopByHop(CharSequence name) {
        return FieldKinds.isHopByHop(name);
    }

    /**
     * Whether a request field says who called or how, which only a trusted proxy may say. An underscore counts as a
     * hyphen: CGI and its kin make one name of both.
     */
    public static boolean isForwarding(CharSequence name) {
        var kind = FieldKinds.of(name);
        return kind == FieldKinds.FORWARDING || kind == FieldKinds.TOLD;
    }

    /** Whether a request field would make a target take another method, path, framing or client than the gateway saw. */
    public static boolean isOverriding(CharSequence name) {
        var kind = FieldKinds.of(name);
        return kind == FieldKinds.OVERRIDING || kind == FieldKinds.FRAMING;
    }

    /**
     * Makes sure that each field can be written as it is: its name a token, its value without control characters but the tab.
     *
     * @throws IllegalArgumentException when one can't
     */
    public static void check(MultiMap fields) {
        if (fields instanceof HeadersMultiMap map) { // as they are, without a string of each
            for (var all = map.iteratorCharSequence(); all.hasNext(); ) {
                var field = all.next();
                check(field.getKey(), field.getValue());
            }
        } else {
            fields.forEach((String name, String value) -> check(name, value));
        }
    }

    /** Makes sure that one can. */
    public static void check(CharSequence name, CharSequence value) {
        if (name.length() == 0 || !isValid(name, value)) {
            throw new IllegalArgumentException("a field that can't be sent");
        }
    }

    private static boolean isValid(CharSequence name, CharSequence value) {
        if (!isToken(name)) {
            return false;
        }
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                return false;
            }
        }
        return true;
    }

    /** Whether there are more fields than this. */
    public static boolean areMoreThan(int most, MultiMap fields) {
        var count = 0;
        for (var field : fields) {
            if (field != null && ++count > most) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a request field of this name can be set for the target; others are dropped on the way or written by the gateway. One that
     * {@link #isForwarding} has to be said to travel ({@link SentOn#letTravel}), as a client's doesn't.
     */
    public static boolean isSettable(String name) {
        var kind = FieldKinds.of(name);
        return !name.isEmpty() && isToken(name) && (kind == FieldKinds.PLAIN || kind == FieldKinds.FORWARDING);
    }

    /** Whether an answer's field of this name can be set for the client; others belong to the connection or frame the body. */
    public static boolean isSettableInAnswers(String name) {
        return !name.isEmpty()
                && isToken(name)
                && !isHopByHop(name)
                && !is(name, "content-length")
                && !is(name, "x-request-id");
    }

    /** Adds a name to {@code Vary}, unless it stands there already (RFC 9110 §12.5.5). */
    public static void vary(MultiMap answer, String name) {
        if (!answer.contains(VARY)) {
            answer.set(VARY, name);
            return;
        }
        for (var line : answer.getAll(VARY)) {
            if (hasToken(line, name) || hasToken(line, "*")) {
                return;
            }
        }
        answer.add(VARY, name);
    }

    /** Whether two field names are the same; names are ASCII and case-insensitive (RFC 9110 §5.1). */
    public static boolean is(CharSequence name, String lowerCase) {
        return AsciiString.contentEqualsIgnoreCase(name, lowerCase);
    }

    /**
     * Whether the message's {@code Connection} fields name this one (RFC 9110 §7.6.1). Fields that carry a message's
     * framing or its sender's rights can't be taken away this way.
     *
     * @param connection values of all {@code Connection} fields
     */
    public static boolean isNominated(List<String> connection, CharSequence name) {
        for (var value : connection) {
            if (hasToken(value, name)) {
                return !isProtected(name);
            }
        }
        return false;
    }

    /** Takes out of a request's fields those that its {@code Connection} names, which no target will see. */
    public static void dropNominated(MultiMap request) {
        if (!request.contains(CONNECTION)) {
            return;
        }
        for (var line : request.getAll(CONNECTION)) {
            for (var start = 0; start <= line.length(); ) {
                var comma = line.indexOf(',', start);
                var end = comma < 0 ? line.length() : comma;
                var name = nominated(line.substring(start, end).trim());
                if (name.length() > 0 && !isProtected(name)) {
                    request.remove(name);
                }
                start = end + 1;
            }
        }
    }

    /** The usual ones are compared faster. */
    private static CharSequence nominated(String option) {
        return is(option, "keep-alive") ? KEEP_ALIVE : is(option, "close") ? CLOSE : option;
    }

    private static boolean isProtected(CharSequence name) {
        return is(name, "host")
                || is(name, "content-length")
                || is(name, "content-type")
                || is(name, "content-encoding")
                || is(name, "authorization")
                || is(name, "cookie")
                || is(name, "set-cookie")
                || is(name, "cache-control");
    }

    /** Whether a comma-separated list has a token, in any case. */
    public static boolean hasToken(@Nullable String list, CharSequence token) {
        if (list == null) {
            return false;
        }
        var start = 0;
        while (start <= list.length()) {
            var comma = list.indexOf(',', start);
            var end = comma < 0 ? list.length() : comma;
            var from = start;
            while (from < end && isBlank(list.charAt(from))) {
                from++;
            }
            var to = end;
            while (to > from && isBlank(list.charAt(to - 1))) {
                to--;
            }
            if (to - from == token.length() && AsciiString.regionMatches(list, true, from, token, 0, token.length())) {
                return true;
            }
            start = end + 1;
        }
        return false;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /**
     * Hands on the fields of a request that travel to a target. Left out are those of the connection and those it
     * nominates, those that only a trusted proxy may set (the gateway writes its own), {@code Host}, and what frames the
     * body.
     */
    public static void copyRequest(MultiMap from, BiConsumer<CharSequence, CharSequence> to) {
        var connection = nominations(from);
        if (from instanceof HeadersMultiMap fields) { // as they are, without a string of each
            for (var all = fields.iteratorCharSequence(); all.hasNext(); ) {
                var field = all.next();
                copyRequest(field.getKey(), field.getValue(), connection, to);
            }
        } else {
            from.forEach((String name, String value) -> copyRequest(name, value, connection, to));
        }
    }

    private static void copyRequest(
            CharSequence name, CharSequence value, List<String> connection, BiConsumer<CharSequence, CharSequence> to) {
        if (FieldKinds.of(name) == FieldKinds.PLAIN && (connection.isEmpty() || !isNominated(connection, name))) {
            to.accept(name, value);
        }
    }

    /** Copies the fields of a response that travel to the client. */
    public static void copyResponse(MultiMap from, MultiMap to) {
        var connection = nominations(from);
        if (from instanceof HeadersMultiMap fields) { // as they are, without a string of each
            for (var all = fields.iteratorCharSequence(); all.hasNext(); ) {
                var field = all.next();
                copyResponse(field.getKey(), field.getValue(), connection, to);
            }
        } else {
            from.forEach((name, value) -> copyResponse(name, value, connection, to));
        }
    }

    private static void copyResponse(CharSequence name, CharSequence value, List<String> connection, MultiMap to) {
        if (!isHopByHop(name) && (connection.isEmpty() || !isNominated(connection, name))) {
            to.add(name, value);
        }
    }

    /** Takes out of the fields of a response those that {@link #copyResponse} leaves out. */
    public static void dropHopByHop(MultiMap response) {
        dropNominated(response);
        for (var name : HOP_BY_HOP) {
            response.remove(name);
        }
    }

    /** The fields of an interim answer that travel to the client, their names in the lower case that HTTP/2 needs. */
    public static MultiMap earlyHints(MultiMap from) {
        var travelling = HttpHeaders.headers();
        copyResponse(from, travelling);
        travelling.remove(HttpHeaders.CONTENT_LENGTH); // there is no content that it could be of (RFC 9110 §8.6)
        var hints = HttpHeaders.headers();
        travelling.forEach((name, value) -> hints.add(name.toLowerCase(Locale.ROOT), value));
        return hints;
    }

    /** Copies the fields that may stand in a trailer section: none that frame, route or control (RFC 9110 §6.5.1). */
    public static void copyTrailers(MultiMap from, MultiMap to) {
        for (var field : from) {
            var name = field.getKey();
            if (!isHopByHop(name) && !isForHeadOnly(name)) {
                to.add(name, field.getValue());
            }
        }
    }

    private static boolean isForHeadOnly(CharSequence name) {
        return switch (name.length()) {
            case 4 -> is(name, "host");
            case 8 -> is(name, "location");
            case 10 -> is(name, "set-cookie");
            case 12 -> is(name, "content-type");
            case 13 -> is(name, "cache-control") || is(name, "authorization") || is(name, "content-range");
            case 14 -> is(name, "content-length");
            case 16 -> is(name, "content-encoding") || is(name, "www-authenticate");
            default -> false;
        };
    }

    private static List<String> nominations(MultiMap fields) {
        return fields.contains(CONNECTION) ? fields.getAll(CONNECTION) : List.of();
    }
}
