package gatehouse.cache;

/** The name of a cache as a structured field says it (RFC 8941 §3.3): a token where it can be one, else a string. */
final class CacheName {
    private CacheName() {}

    static String of(String name) {
        return isToken(name)
                ? name
                : '"' + name.replaceAll("[^ -~]", "?").replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static boolean isToken(String name) {
        if (name.isEmpty() || !Character.isLetter(name.charAt(0))) {
            return false;
        }
        return name.chars()
                .allMatch(c -> c < 127 && (Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~:/".indexOf(c) >= 0));
    }
}
