package gatehouse.config;

import java.util.Locale;

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
        var lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith("[")) {
            return address(lower);
        }
        var wildcard = lower.startsWith("*.");
        var name = wildcard ? lower.substring(2) : lower;
        if (name.isEmpty() || name.length() > 253) {
            throw new IllegalArgumentException("not a host name");
        }
        for (var i = 0; i < name.length(); i++) {
            var c = name.charAt(i);
            if (!isNameCharacter(c)) {
                throw new IllegalArgumentException(
                        c == ':' ? "a port is not part of it" : "the character '" + c + "' can't stand there");
            }
        }
        for (var label : name.split("\\.", -1)) {
            if (label.isEmpty() || label.length() > 63) {
                throw new IllegalArgumentException("not a host name");
            }
        }
        return new HostPattern(name, wildcard);
    }

    private static HostPattern address(String text) {
        if (text.indexOf(']') != text.length() - 1) {
            throw new IllegalArgumentException("a port is not part of it");
        }
        for (var i = 1; i < text.length() - 1; i++) {
            if (Character.digit(text.charAt(i), 16) < 0 && ":.".indexOf(text.charAt(i)) < 0) {
                throw new IllegalArgumentException("not an IPv6 address");
            }
        }
        if (text.indexOf(':') < 0) {
            throw new IllegalArgumentException("not an IPv6 address");
        }
        return new HostPattern(text, false);
    }

    private static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    }

    @Override
    public String toString() {
        return wildcard ? "*." + name : name;
    }
}
