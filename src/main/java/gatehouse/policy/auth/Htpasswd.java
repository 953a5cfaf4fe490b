package gatehouse.policy.auth;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A file of names and bcrypt hashes, as {@code htpasswd -B} writes it. Immutable. */
final class Htpasswd {
    /** Most bytes of a file. */
    static final int MOST_BYTES = 1024 * 1024;

    private static final int MOST_COST = 14;
    private static final int LENGTH = 60;

    private final Map<String, String> hashes;

    private Htpasswd(Map<String, String> hashes) {
        this.hashes = hashes;
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException which line is wrong, and how
     */
    static Htpasswd read(byte[] file) {
        var hashes = new HashMap<String, String>();
        var lines = new String(file, StandardCharsets.UTF_8).split("\n", -1);
        for (var i = 0; i < lines.length; i++) {
            var line = lines[i].strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            var colon = line.indexOf(':');
            if (colon < 1) {
                throw wrong(i, "is no name and hash with a colon between them");
            }
            var hash = line.substring(colon + 1);
            if (!isBcrypt(hash)) {
                throw wrong(i, "has a hash that is not bcrypt's with a cost of at most " + MOST_COST);
            }
            if (hashes.put(line.substring(0, colon), hash) != null) {
                throw wrong(i, "names a user again");
            }
        }
        return new Htpasswd(Map.copyOf(hashes));
    }

    private static IllegalArgumentException wrong(int line, String how) {
        return new IllegalArgumentException("line " + (line + 1) + " " + how);
    }

    private static boolean isBcrypt(String hash) {
        if (hash.length() != LENGTH || !hash.startsWith("$2") || "aby".indexOf(hash.charAt(2)) < 0) {
            return false;
        }
        var tens = hash.charAt(4) - '0';
        var ones = hash.charAt(5) - '0';
        var cost = tens * 10 + ones;
        return hash.charAt(3) == '$'
                && hash.charAt(6) == '$'
                && tens >= 0
                && tens <= 9
                && ones >= 0
                && ones <= 9
                && cost >= 4
                && cost <= MOST_COST;
    }

    /** A user's hash, or null. */
    @Nullable String hashOf(String user) {
        return hashes.get(user);
    }

    /** The hash of anybody, to compare with where there is no such user, so that the time does not tell; null without any. */
    @Nullable String anyHash() {
        return hashes.isEmpty() ? null : hashes.values().iterator().next();
    }
}
