package gatehouse.policy.auth;

import gatehouse.exchange.Fields;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Header fields by which a service is told who calls. A client must not be able to write one, nor to have one taken away:
 * whatever CGI and its kin would read as the same name goes, and {@code Connection} must not name it.
 */
final class GivenFields {
    private static final String HEX = "0123456789ABCDEF";

    private GivenFields() {}

    /** Whether a configuration may have the gateway write a field of this name. */
    static boolean mayBeGiven(String name) {
        if (name.isEmpty() || Fields.isHopByHop(name) || Fields.isForwarding(name) || Fields.isOverriding(name)) {
            return false;
        }
        var isToken = name.chars()
                .allMatch(c -> (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-');
        return isToken
                && !Fields.is(name, "host")
                && !Fields.is(name, "content-length")
                && !Fields.is(name, "cookie")
                && !Fields.is(name, "authorization")
                && !Fields.is(name, "expect");
    }

    /** Takes away what the client wrote under these names. */
    static void clear(MultiMap headers, List<String> names) {
        if (names.isEmpty()) {
            return;
        }
        List<String> found = null;
        for (var field : headers) {
            var name = field.getKey();
            if (isOne(name, names)) {
                found = found == null ? new ArrayList<>(2) : found;
                found.add(name);
            }
        }
        if (found != null) {
            found.forEach(headers::remove);
        }
        if (headers.contains("connection")) {
            forgetNominations(headers, names);
        }
    }

    private static boolean isOne(String name, List<String> names) {
        for (var each : names) {
            if (spellsSame(name, each)) {
                return true;
            }
        }
        return false;
    }

    /** Whether two names are the same where an underscore is a hyphen. */
    private static boolean spellsSame(String one, String other) {
        if (one.length() != other.length()) {
            return false;
        }
        for (var i = 0; i < one.length(); i++) {
            if (lower(one.charAt(i)) != lower(other.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static char lower(char c) {
        return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }

    /** A field that the connection names is not passed on (RFC 9110 §7.6.1), so a client could have ours dropped. */
    private static void forgetNominations(MultiMap headers, List<String> names) {
        var lines = headers.getAll("connection");
        var kept = new ArrayList<String>();
        var changed = false;
        for (var line : lines) {
            for (var start = 0; start <= line.length(); ) {
                var comma = line.indexOf(',', start);
                var end = comma < 0 ? line.length() : comma;
                var token = line.substring(start, end).strip();
                if (isOne(token, names)) {
                    changed = true;
                } else if (!token.isEmpty()) {
                    kept.add(token);
                }
                start = end + 1;
            }
        }
        if (changed) {
            headers.remove("connection");
            if (!kept.isEmpty()) {
                headers.set("connection", String.join(", ", kept));
            }
        }
    }

    /**
     * A value as it can stand in a field: bytes of UTF-8 that are no printable ASCII, and the percent sign, are escaped as in
     * URLs.
     */
    static String value(String text) {
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c < ' ' || c >= 0x7f || c == '%') {
                return escaped(text);
            }
        }
        return text;
    }

    private static String escaped(String text) {
        var out = new StringBuilder(text.length() + 16);
        for (var b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b < ' ' || b == 0x7f || b == '%') {
                out.append('%').append(HEX.charAt((b >> 4) & 15)).append(HEX.charAt(b & 15));
            } else {
                out.append((char) b);
            }
        }
        return out.toString();
    }
}
