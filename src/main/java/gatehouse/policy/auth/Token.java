package gatehouse.policy.auth;

import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A token in the compact form (RFC 7515 §7.1), taken apart and not yet believed. What its header says of keys, {@code jku},
 * {@code jwk} and their like, is never looked at.
 *
 * @param algorithm how it says that it is signed
 * @param keyId its {@code kid}; empty where it has none
 * @param type its {@code typ} in lower case, without {@code application/}; {@code jwt} where it has none
 * @param claims what it says
 */
record Token(Algorithm algorithm, String keyId, String type, Map<String, Object> claims) {
    /** A longer one is refused. */
    static final int MOST_CHARACTERS = 8 * 1024;

    private static final int MOST_KEY_ID = 256;

    /**
     * Takes a token apart.
     *
     * @throws Refused what is wrong with it, fit for whoever sent it
     */
    static Token read(String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new Refused("The token is too long.");
        }
        var first = text.indexOf('.');
        var second = first < 0 ? -1 : text.indexOf('.', first + 1);
        if (first < 1 || second < first + 2 || second == text.length() - 1 || text.indexOf('.', second + 1) >= 0) {
            throw new Refused("The token does not have three parts.");
        }
        var header = object(text.substring(0, first));
        if (header.containsKey("crit")) {
            throw new Refused("The token asks for extensions that are not known here.");
        }
        var algorithm = Algorithm.of(header.getOrDefault("alg", ""));
        if (algorithm == null || !algorithm.fits(bytes(text.substring(second + 1)).length)) {
            throw new Refused("The token is not signed in a way that is taken here.");
        }
        var keyId = text(header, "kid");
        if (keyId.length() > MOST_KEY_ID) {
            throw new Refused("The token is malformed.");
        }
        return new Token(algorithm, keyId, type(text(header, "typ")), object(text.substring(first + 1, second)));
    }

    /** RFC 7515 §4.1.9: case does not count, and {@code application/} may be left out. */
    static String type(String text) {
        var lower = text.toLowerCase(java.util.Locale.ROOT);
        return lower.isEmpty() ? "jwt" : lower.startsWith("application/") ? lower.substring(12) : lower;
    }

    private static Map<String, Object> object(String part) {
        try {
            return StrictJson.object(bytes(part));
        } catch (IllegalArgumentException e) {
            throw new Refused("The token is malformed.");
        }
    }

    private static byte[] bytes(String part) {
        if (part.indexOf('=') >= 0) {
            throw new Refused("The token is malformed.");
        }
        try {
            return Base64.getUrlDecoder().decode(part);
        } catch (IllegalArgumentException e) {
            throw new Refused("The token is malformed.");
        }
    }

    private static String text(Map<String, Object> object, String name) {
        var value = object.get(name);
        if (value == null && !object.containsKey(name)) {
            return "";
        }
        if (value instanceof String text) {
            return text;
        }
        throw new Refused("The token is malformed.");
    }

    /** A claim that is a text; empty where there is none. */
    String text(String claim) {
        return text(claims, claim);
    }

    /** A claim that is a time, in seconds since 1970; null where there is none (RFC 7519 §2, NumericDate). */
    @Nullable Double time(String claim) {
        var value = claims.get(claim);
        if (value == null && !claims.containsKey(claim)) {
            return null;
        }
        var seconds = value instanceof Number number ? number.doubleValue() : Double.NaN;
        if (!(seconds >= 0 && seconds < 253_402_300_800d)) { // the year 10000; NaN is none of both
            throw new Refused("The token's " + claim + " is not a time.");
        }
        return seconds;
    }

    /** Why a token is not taken. Has no stack trace. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why, null, false, false);
        }
    }
}
