package gatehouse.config;

/**
 * One thing that is wrong with the configuration.
 *
 * @param place where it stands
 * @param path the key, dotted from the root; empty for the file as a whole
 * @param what what is wrong, with the offending value unless that is secret
 * @param expected what was expected instead; empty where nothing better is known
 * @param hint a guess at what was meant, or empty
 */
public record ConfigProblem(Place place, String path, String what, String expected, String hint) {
    /** A problem without a hint. */
    public ConfigProblem(Place place, String path, String what, String expected) {
        this(place, path, what, expected, "");
    }

    /** The line shown to operators: place, key, value, and in parentheses the expectation and the hint. */
    @Override
    public String toString() {
        var line = new StringBuilder().append(place).append(' ');
        if (!path.isEmpty() && !place.isSetOf(path)) {
            line.append(path).append(": ");
        }
        line.append(what);
        if (!expected.isEmpty() || !hint.isEmpty()) {
            line.append(" (")
                    .append(expected.isEmpty() ? "" : "expected: " + expected)
                    .append(expected.isEmpty() || hint.isEmpty() ? "" : ", ")
                    .append(hint)
                    .append(')');
        }
        return printable(line);
    }

    /** On one line of a log whatever stands in the file. */
    private static String printable(CharSequence line) {
        var text = new StringBuilder(line.length());
        for (var i = 0; i < line.length(); i++) {
            var c = line.charAt(i);
            if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                text.append("\\u").append(java.util.HexFormat.of().toHexDigits(c));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
