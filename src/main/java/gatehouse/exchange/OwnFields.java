package gatehouse.exchange;

import io.vertx.core.MultiMap;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fields of a request that the gateway writes for the service. A client must not be able to write one, nor to have one taken
 * away: whatever CGI and its kin would read as the same name goes, and {@code Connection} must not name it.
 */
public final class OwnFields {
    private OwnFields() {}

    /** Takes away what the client wrote under these names. */
    public static void clear(MultiMap headers, List<String> names) {
        if (names.isEmpty()) {
            return;
        }
        List<CharSequence> found = null;
        if (headers instanceof HeadersMultiMap map) { // as the codec has made them, without a string of each name
            for (var fields = map.iteratorCharSequence(); fields.hasNext(); ) {
                found = with(fields.next().getKey(), names, found);
            }
        } else {
            for (var field : headers) {
                found = with(field.getKey(), names, found);
            }
        }
        for (var i = 0; found != null && i < found.size(); i++) {
            headers.remove(found.get(i));
        }
        keep(headers, names);
    }

    private static @Nullable List<CharSequence> with(
            CharSequence name, List<String> names, @Nullable List<CharSequence> found) {
        if (!isOne(name, names)) {
            return found;
        }
        var all = found == null ? new ArrayList<CharSequence>(2) : found;
        all.add(name);
        return all;
    }

    /** Sees to it that fields of these names travel although {@code Connection} names them. */
    public static void keep(MultiMap headers, List<String> names) {
        if (!names.isEmpty() && headers.contains("connection")) {
            forgetNominations(headers, names);
        }
    }

    private static boolean isOne(CharSequence name, List<String> names) {
        for (var i = 0; i < names.size(); i++) {
            if (spellsSame(name, names.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Whether two names are the same where an underscore is a hyphen. */
    private static boolean spellsSame(CharSequence one, String other) {
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
}
