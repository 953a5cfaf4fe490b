package gatehouse.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Name of a topic: letters, digits, {@code .}, {@code -} and {@code _}, where {@code {segment}} stands for what a request's
 * path has there.
 *
 * @param text as it was written
 * @param parts its pieces; those in braces are names of segments
 */
@Expects(
        value = "a topic's name of letters, digits, '.', '-' and '_', with {segment} for a part of the path",
        pattern = "^([A-Za-z0-9._-]|\\{[A-Za-z0-9_-]+\\})+$")
public record TopicName(String text, List<String> parts) {
    /** Longest name of a topic. */
    public static final int MOST = 128;

    /** Copies the parts. */
    public TopicName {
        parts = List.copyOf(parts);
    }

    /** Reads a name. */
    public static TopicName parse(String text) {
        if (!text.matches("([A-Za-z0-9._-]|\\{[A-Za-z0-9_-]+\\})+") || text.length() > MOST) {
            throw new IllegalArgumentException("no name of a topic");
        }
        var parts = new ArrayList<String>();
        for (var at = 0; at < text.length(); ) {
            var brace = text.indexOf('{', at);
            if (brace == at) {
                var end = text.indexOf('}', at) + 1;
                parts.add(text.substring(at, end));
                at = end;
            } else {
                var end = brace < 0 ? text.length() : brace;
                parts.add(text.substring(at, end));
                at = end;
            }
        }
        return new TopicName(text, parts);
    }

    /** Whether a text may be the name of a topic. */
    public static boolean isName(String text) {
        if (text.isEmpty() || text.length() > MOST) {
            return false;
        }
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            var isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!isPlain && c != '.' && c != '-' && c != '_') {
                return false;
            }
        }
        return true;
    }

    /** Names of segments that it uses. */
    public List<String> captures() {
        return parts.stream()
                .filter(part -> part.startsWith("{"))
                .map(part -> part.substring(1, part.length() - 1))
                .toList();
    }

    /** The topic that a path means; null where it means none. */
    public @Nullable String in(@Nullable PathPattern pattern, String path) {
        var name = new StringBuilder(32);
        for (var part : parts) {
            if (!part.startsWith("{")) {
                name.append(part);
                continue;
            }
            var value = pattern == null ? null : pattern.capture(part.substring(1, part.length() - 1), path);
            if (value == null) {
                return null;
            }
            name.append(value);
        }
        var found = name.toString();
        return isName(found) ? found : null;
    }

    @Override
    public String toString() {
        return text;
    }
}
