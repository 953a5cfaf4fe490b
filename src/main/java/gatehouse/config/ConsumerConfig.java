package gatehouse.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Somebody who calls. */
public record ConsumerConfig(
        @Key(doc = "Groups that the consumer is in, for `access`.", value = "[]")
        List<String> groups,

        @Key(
                doc =
                        "API keys that are the consumer's, for `auth.apiKey`: each the key itself, 16 characters or more and"
                                + " best given as `${env:NAME}`, or `sha256:` with the 64 hexadecimal digits of its hash.",
                secret = true)
        List<String> keys,

        @Key(
                doc =
                        "The subject that tokens name when they are the consumer's. Without it no token is: a subject that"
                                + " happens to be the consumer's name does not give its groups.")
        @Nullable String subject)
        implements Checked {
    private static final String HASHED = "sha256:";
    private static final int SHORTEST = 16;

    @Override
    public void check(Complaints complaints) {
        for (var i = 0; i < keys.size(); i++) {
            var key = keys.get(i);
            if (key.startsWith(HASHED) ? !isHash(key) : key.length() < SHORTEST) {
                complaints.add(
                        "keys." + i, "***", "a key of at least 16 characters, or sha256: and 64 hexadecimal digits");
            }
        }
    }

    private static boolean isHash(String key) {
        return key.length() == HASHED.length() + 64
                && key.substring(HASHED.length()).chars().allMatch(c -> Character.digit(c, 16) >= 0);
    }

    /** The SHA-256 of a key as it stands in the file, in lower-case hexadecimal digits. */
    public static String hash(String key) {
        if (key.startsWith(HASHED)) {
            return key.substring(HASHED.length()).toLowerCase(Locale.ROOT);
        }
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Hides the keys. */
    @Override
    public String toString() {
        return "ConsumerConfig[" + groups + ", " + subject + "]";
    }
}
