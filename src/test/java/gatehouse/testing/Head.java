package gatehouse.testing;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Start line and fields of a message.
 *
 * @param raw every character up to and including the empty line, one per byte (ISO-8859-1)
 * @param startLine the first line without its end
 * @param headers the field lines in order, repeated ones repeated
 */
public record Head(String raw, String startLine, List<Header> headers) {
    static Head parse(String raw) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        for (int end = raw.indexOf("\r\n"); end > from; end = raw.indexOf("\r\n", from)) {
            String line = raw.substring(from, end);
            if (line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0) {
                throw new MalformedMessage("bare CR or LF in " + printable(line));
            }
            lines.add(line);
            from = end + 2;
        }
        if (lines.isEmpty()) {
            throw new MalformedMessage("empty line where a start line belongs");
        }
        List<Header> headers =
                lines.subList(1, lines.size()).stream().map(Header::parse).toList();
        return new Head(raw, lines.get(0), headers);
    }

    /** First value of a field, the name in any case, or null. */
    public @Nullable String header(String name) {
        return first(headers, name);
    }

    /** All values of a field in order, the name in any case. */
    public List<String> all(String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .toList();
    }

    static @Nullable String first(List<Header> headers, String name) {
        for (Header header : headers) {
            if (header.name().equalsIgnoreCase(name)) {
                return header.value();
            }
        }
        return null;
    }

    static String printable(String text) {
        return '"' + text.replace("\r", "\\r").replace("\n", "\\n") + '"';
    }
}
