package gatehouse.exchange;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a request's field on its way to a target, by its name alone and with one look into a table. Case does not
 * count, and an underscore is a hyphen: CGI and its kin make one name of both.
 */
final class FieldKinds {
    /** Travels. */
    static final int PLAIN = 0;

    /** Describes one connection (RFC 9110 §7.6.1). */
    static final int HOP_BY_HOP = 1;

    /** Says who called or how. */
    static final int FORWARDING = 2;

    /** Would make a target take another method, path, framing or client than the gateway saw. */
    static final int OVERRIDING = 3;

    /** The gateway writes its own. */
    static final int WRITTEN = 4;

    /** Both: describes one connection, and would frame the body otherwise. */
    static final int FRAMING = 5;

    /** Says who called or how, and the gateway writes its own. */
    static final int TOLD = 6;

    private static final String X_FORWARDED = "x-forwarded-";
    private static final int SLOTS = 256;
    private static final @Nullable String[] NAMES = new String[SLOTS];
    private static final int[] KINDS = new int[SLOTS];

    static {
        put(
                HOP_BY_HOP,
                "te",
                "upgrade",
                "trailer",
                "connection",
                "keep-alive",
                "http2-settings",
                "proxy-connection",
                "proxy-authenticate",
                "proxy-authorization");
        put(TOLD, "via", "forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-retry-attempt");
        put(
                FORWARDING,
                "forwarded-for",
                "x-forwarded",
                "x-real-ip",
                "x-client-ip",
                "client-ip",
                "true-client-ip",
                "x-cluster-client-ip",
                "cf-connecting-ip",
                "fastly-client-ip",
                "x-scheme",
                "x-host",
                "front-end-https");
        put(
                OVERRIDING,
                "proxy",
                "x-rewrite-url",
                "x-client-cert",
                "x-original-url",
                "x-original-uri",
                "x-original-host",
                "x-method-override",
                "x-http-method",
                "x-http-method-override",
                "x-http-host-override",
                "x-envoy-original-path");
        put(FRAMING, "transfer-encoding");
        put(WRITTEN, "host", "content-length", "expect", "x-request-id");
    }

    private FieldKinds() {}

    /** The kind of a field of this name. */
    static int of(CharSequence name) {
        var length = name.length();
        if (length == 0) {
            return PLAIN;
        }
        for (var slot = slotOf(name, length); NAMES[slot] != null; slot = (slot + 1) % SLOTS) {
            var known = NAMES[slot];
            if (known.length() == length && spells(name, known)) {
                return KINDS[slot];
            }
        }
        return length > X_FORWARDED.length() && spells(name, X_FORWARDED) ? FORWARDING : PLAIN;
    }

    /** Whether a field describes one connection; here an underscore is none of a hyphen's kin. */
    static boolean isHopByHop(CharSequence name) {
        var kind = of(name);
        return (kind == HOP_BY_HOP || kind == FRAMING) && AsciiString.indexOf(name, '_', 0) < 0;
    }

    /** Names of all fields that describe one connection. */
    static List<AsciiString> hopByHop() {
        var names = new ArrayList<AsciiString>();
        for (var name : NAMES) {
            if (name != null && isHopByHop(name)) {
                names.add(AsciiString.cached(name));
            }
        }
        return List.copyOf(names);
    }

    private static int slotOf(CharSequence name, int length) {
        return (length * 31 + lower(name.charAt(0)) * 7 + lower(name.charAt(length - 1)) * 13) % SLOTS;
    }

    private static void put(int kind, String... names) {
        for (var name : names) {
            var slot = slotOf(name, name.length());
            while (NAMES[slot] != null) {
                slot = (slot + 1) % SLOTS;
            }
            NAMES[slot] = name;
            KINDS[slot] = kind;
        }
    }

    /** Whether a name begins with one in lower case. */
    private static boolean spells(CharSequence name, String lowerCase) {
        for (var i = 0; i < lowerCase.length(); i++) {
            if (lower(name.charAt(i)) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static char lower(char c) {
        return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }
}
