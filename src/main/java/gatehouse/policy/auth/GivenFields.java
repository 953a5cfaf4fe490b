package gatehouse.policy.auth;

import gatehouse.exchange.Fields;
import java.nio.charset.StandardCharsets;

/** Header fields by which a service is told who calls. A client must not be able to write one, nor to have one taken away. */
final class GivenFields {
    private static final String HEX = "0123456789ABCDEF";

    private GivenFields() {}

    /** Whether a configuration may have the gateway write a field of this name. */
    static boolean mayBeGiven(String name) {
        return Fields.isSettable(name)
                && name.chars()
                        .allMatch(c ->
                                (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')
                && !Fields.is(name, "cookie")
                && !Fields.is(name, "authorization");
    }

    /**
     * Whether an auth service may be shown a client's field of this name: it frames no message, names no host, and says nothing that is the
     * gateway's to say, as who asks and for what.
     */
    static boolean mayBeShown(String name) {
        return !name.isEmpty()
                && Fields.isToken(name)
                && !Fields.isHopByHop(name)
                && !Fields.isForwarding(name)
                && !Fields.isOverriding(name)
                && !Fields.is(name, "host")
                && !Fields.is(name, "content-length")
                && !Fields.is(name, "expect");
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
