package gatehouse.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A text with values of the request in it, such as {@code {client.ip}} or {@code tenant-{claim.tenant}}. Braces that stand
 * for themselves are doubled.
 *
 * @param parts texts and values in their order
 * @param text as it was written
 */
@Expects("text, with values of the request such as {path.NAME}, {header.NAME}, {claim.NAME}, {consumer} or {client.ip}")
public record Template(List<Part> parts, String text) {
    /** Copies the parts. */
    public Template {
        parts = List.copyOf(parts);
    }

    /** What a part stands for. */
    public enum Kind {
        /** Itself. */
        TEXT(""),
        /** A claim of the caller. */
        CLAIM("claim."),
        /** What a name in the route's path pattern stood for. */
        CAPTURE("path."),
        /** A header field of the request. */
        HEADER("header."),
        /** Address of the client. */
        CLIENT_IP("client.ip"),
        /** Name of the consumer. */
        CONSUMER("consumer"),
        /** Host of the request. */
        HOST("host"),
        /** Path of the request. */
        PATH("path"),
        /** Query of the request. */
        QUERY("query");

        private final String written;

        Kind(String written) {
            this.written = written;
        }

        private boolean takesName() {
            return written.endsWith(".");
        }
    }

    /**
     * A part.
     *
     * @param kind what it stands for
     * @param name the text itself, or the name behind the dot; empty for what has none
     */
    public record Part(Kind kind, String name) {}

    /** Reads a template. */
    public static Template parse(String text) {
        var parts = new ArrayList<Part>();
        var plain = new StringBuilder();
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c < ' ' || c == 0x7f) {
                throw new IllegalArgumentException("a control character stands in it");
            }
            if ((c == '{' || c == '}') && i + 1 < text.length() && text.charAt(i + 1) == c) {
                plain.append(c);
                i++;
            } else if (c == '{') {
                var end = text.indexOf('}', i);
                if (end < 0) {
                    throw new IllegalArgumentException("a { that no } follows; {{ stands for the brace itself");
                }
                flush(plain, parts);
                parts.add(value(text.substring(i + 1, end)));
                i = end;
            } else if (c == '}') {
                throw new IllegalArgumentException("a } without its {; }} stands for the brace itself");
            } else {
                plain.append(c);
            }
        }
        flush(plain, parts);
        return new Template(parts, text);
    }

    private static void flush(StringBuilder plain, List<Part> parts) {
        if (!plain.isEmpty()) {
            parts.add(new Part(Kind.TEXT, plain.toString()));
            plain.setLength(0);
        }
    }

    private static Part value(String written) {
        for (var kind : Kind.values()) {
            if (kind == Kind.TEXT) {
                continue;
            }
            if (kind.takesName() && written.startsWith(kind.written) && written.length() > kind.written.length()) {
                var name = written.substring(kind.written.length());
                return new Part(kind, kind == Kind.HEADER ? name.toLowerCase(Locale.ROOT) : name);
            }
            if (!kind.takesName() && written.equals(kind.written)) {
                return new Part(kind, "");
            }
        }
        throw new IllegalArgumentException("{" + written + "} is no value that there is");
    }

    /** What it may look like: a letter stands for each value. */
    public String sample() {
        var text = new StringBuilder();
        parts.forEach(part -> text.append(part.kind() == Kind.TEXT ? part.name() : "x"));
        return text.toString();
    }

    /** Names of path segments that it uses. */
    public List<String> captures() {
        return parts.stream()
                .filter(part -> part.kind() == Kind.CAPTURE)
                .map(Part::name)
                .toList();
    }

    /** All templates in a record, its records, lists and maps. */
    public static List<Template> in(Record record) {
        var found = new ArrayList<Template>();
        collect(record, found);
        return found;
    }

    private static void collect(@Nullable Object value, List<Template> found) {
        if (value instanceof Template template) {
            found.add(template);
        } else if (value instanceof Record record && Shapes.recordOf(record.getClass()) != null) {
            for (var component : record.getClass().getRecordComponents()) {
                collect(PlainRecord.read(record, component), found);
            }
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(each -> collect(each, found));
        } else if (value instanceof List<?> list) {
            list.forEach(each -> collect(each, found));
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
