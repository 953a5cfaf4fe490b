package gatehouse.policy.cors;

import gatehouse.config.Expects;

/**
 * Origins that are allowed: one, all below a domain, {@code *} for any, or {@code null}, the origin of pages without one. Compared
 * byte by byte, as browsers write them (RFC 6454 §6.2).
 *
 * @param scheme {@code https://} or {@code http://}; empty for {@code *} and {@code null}
 * @param rest host and port; for a wildcard what stands behind the star, with its dot
 * @param wildcard whether anything may stand before that
 */
@Expects(
        value = "an origin such as https://app.example.com or https://*.example.com, or *, or null",
        pattern =
                "^(\\*|null|https?://(\\*\\.)?[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?|https?://\\[[0-9a-f:]+\\](:[0-9]{1,5})?)$")
public record OriginPattern(String scheme, String rest, boolean wildcard) {
    private static final OriginPattern ANY = new OriginPattern("", "*", true);
    private static final OriginPattern NULL = new OriginPattern("", "null", false);

    /** Reads a pattern. */
    public static OriginPattern parse(String text) {
        if (text.equals("*")) {
            return ANY;
        }
        if (text.equals("null")) {
            return NULL;
        }
        var scheme = text.startsWith("https://") ? "https://" : text.startsWith("http://") ? "http://" : "";
        var rest = text.substring(scheme.length());
        if (scheme.isEmpty()) {
            throw new IllegalArgumentException("no https:// or http:// before it");
        }
        if (text.matches(".*[\\\\^$()|+?\\[].*") && !rest.startsWith("[")) {
            throw new IllegalArgumentException("no expression: https://*.example.com stands for all below a domain");
        }
        var wildcard = rest.startsWith("*.");
        var host = wildcard ? rest.substring(2) : rest;
        if (!host.matches(
                "([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?(:[0-9]{1,5})?|\\[[0-9a-f:]+\\](:[0-9]{1,5})?")) {
            throw new IllegalArgumentException("not a host in small letters, with a port or none, and nothing behind");
        }
        if (isDefaultPort(scheme, host)) {
            throw new IllegalArgumentException("browsers leave this port out");
        }
        if (wildcard && host.indexOf('.') < 0 && !host.startsWith("localhost")) {
            throw new IllegalArgumentException("that would be everybody's: a wildcard needs two names behind it");
        }
        return new OriginPattern(scheme, wildcard ? rest.substring(1) : rest, wildcard);
    }

    private static boolean isDefaultPort(String scheme, String host) {
        return host.endsWith(scheme.equals("https://") ? ":443" : ":80");
    }

    /** Whether it stands for every origin. */
    boolean isAny() {
        return scheme.isEmpty() && wildcard;
    }

    boolean matches(String origin) {
        if (scheme.isEmpty()) {
            return isAny() ? !origin.equals("null") : origin.equals(rest);
        }
        if (!origin.startsWith(scheme)) {
            return false;
        }
        if (!wildcard) {
            return origin.length() == scheme.length() + rest.length() && origin.startsWith(rest, scheme.length());
        }
        var end = origin.length() - rest.length();
        return end > scheme.length() && origin.endsWith(rest) && isNames(origin, scheme.length(), end);
    }

    /** Names of a host with dots between them: nothing there may end the host. */
    private static boolean isNames(String text, int from, int to) {
        for (var i = from; i < to; i++) {
            var c = text.charAt(i);
            var isLetter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!isLetter && (c != '.' || i == from || text.charAt(i - 1) == '.' || i == to - 1)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return scheme + (wildcard && !isAny() ? "*" : "") + rest;
    }
}
