package gatehouse.observe;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes a query with the values of credentials as {@code ***}. A key is taken for one when it is {@code key},
 * {@code sig}, {@code code}, {@code jwt} or {@code authorization}, or ends with a word such as {@code token} or
 * {@code secret} ({@code access_token}, {@code clientSecret}), in any case and also when it is percent-encoded; or when the request's route
 * looks for credentials there.
 */
final class SecretQuery {
    private static final String[] WORDS = {"key", "sig", "code", "jwt", "authorization"};
    private static final String[] ENDINGS = {"token", "secret", "password", "signature", "apikey", "api_key", "api-key"
    };
    private static final String MASK = "***";

    private SecretQuery() {}

    /**
     * Writes {@code text} from {@code from} to its end as the rest of the field that ends at {@code limit}.
     *
     * @param named keys of which it is known that they hold credentials
     */
    static void write(String text, int from, Chunk out, int limit, Escape escape, List<String> named) {
        int written = from;
        int key = from;
        int equals = -1;
        for (int i = from; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : '&';
            if (c == '=' && equals < 0) {
                equals = i;
            } else if (c == '&' || c == ';') {
                boolean secret = equals >= 0 && isSecret(text, key, equals, named);
                if (secret && c == ';') {
                    continue; // some parsers split here, others don't: what follows may belong to the value
                }
                if (secret) {
                    if (!out.text(text, written, equals + 1, limit, escape)
                            || !out.text(MASK, 0, MASK.length(), limit, escape)) {
                        return;
                    }
                    written = i;
                }
                key = i + 1;
                equals = -1;
            }
        }
        out.text(text, Math.min(written, text.length()), text.length(), limit, escape);
    }

    /** Writes a URL as one field; credentials in its query are masked. */
    static void writeUrl(String url, Chunk out, Escape escape, List<String> named) {
        int limit = out.fieldLimit();
        int query = url.indexOf('?') + 1;
        if (out.text(url, 0, query, limit, escape)) {
            write(url, query, out, limit, escape, named);
        }
    }

    private static boolean isSecret(String text, int from, int to, List<String> named) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) == '%') {
                String decoded = decode(text, from, to);
                return isSecretWord(decoded, 0, decoded.length()) || named.contains(decoded);
            }
        }
        return isSecretWord(text, from, to) || (!named.isEmpty() && named.contains(text.substring(from, to)));
    }

    private static boolean isSecretWord(String text, int from, int to) {
        for (String word : WORDS) {
            if (to - from == word.length() && text.regionMatches(true, from, word, 0, word.length())) {
                return true;
            }
        }
        for (String ending : ENDINGS) {
            int start = to - ending.length();
            if (start >= from && text.regionMatches(true, start, ending, 0, ending.length())) {
                return true;
            }
        }
        return false;
    }

    private static String decode(String text, int from, int to) {
        byte[] decoded = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            int high = i + 2 < to ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = i + 2 < to ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (c == '%' && high >= 0 && low >= 0) {
                decoded[length++] = (byte) ((high << 4) | low);
                i += 2;
            } else {
                decoded[length++] = (byte) c;
            }
        }
        return new String(decoded, 0, length, StandardCharsets.ISO_8859_1);
    }
}
