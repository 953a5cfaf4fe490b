package gatehouse.config;

/**
 * A host name to match, exact or with a wildcard for everything below a name.
 *
 * @param name in lower case, without {@code *.}
 * @param wildcard whether {@code *.name} was written: one label or more before the name
 */
@Expects(
        value = "a host name such as api.example.com or *.example.com, without a port",
        pattern = "^(\\*\\.)?[A-Za-z0-9._-]+$|^\\[[0-9a-fA-F:.]+\\]$")
public record HostPattern(String name, boolean wildcard) {
    /** Reads {@code api.example.com}, {@code *.example.com} or {@code [::1]}. */
    public static HostPattern parse(String text) {
        var lower = text.toLowerCase(java.util.Locale.ROOT);
        var wildcard = lower.startsWith("*.");
        var name = wildcard ? lower.substring(2) : lower;
        if (name.startsWith("[") && name.endsWith("]")) {
            return new HostPattern(name, false);
        }
        if (name.isEmpty()
                || name.length() > 253
                || name.startsWith(".")
                || name.endsWith(".")
                || name.contains("..")) {
            throw new IllegalArgumentException("not a host name");
        }
        for (var i = 0; i < name.length(); i++) {
            var c = name.charAt(i);
            if (!isNameCharacter(c)) {
                throw new IllegalArgumentException(
                        c == ':' ? "a port is not part of it" : "the character '" + c + "' can't stand there");
            }
        }
        return new HostPattern(name, wildcard);
    }

    private static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    }

    @Override
    public String toString() {
        return wildcard ? "*." + name : name;
    }
}
