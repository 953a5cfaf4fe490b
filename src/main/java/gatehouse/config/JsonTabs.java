package gatehouse.config;

/**
 * JSON may be indented with tabs, which the YAML scanner refuses. In a document that is one flow map they become spaces,
 * outside of quotes and comments; columns stay as they are.
 */
final class JsonTabs {
    private JsonTabs() {}

    static String replace(String text) {
        if (text.indexOf('\t') < 0 || !text.stripLeading().startsWith("{")) {
            return text;
        }
        var chars = text.toCharArray();
        var inside = ' ';
        for (var i = 0; i < chars.length; i++) {
            var c = chars[i];
            if (inside == ' ') {
                if (c == '\t') {
                    chars[i] = ' ';
                } else if (c == '"' || c == '\'' || (c == '#' && i > 0 && Character.isWhitespace(chars[i - 1]))) {
                    inside = c;
                }
            } else if (inside == '"' && c == '\\') {
                i++;
            } else if (inside == '#' ? c == '\n' : c == inside) {
                inside = ' ';
            }
        }
        return new String(chars);
    }
}
