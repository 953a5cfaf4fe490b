package gatehouse.ws;

import java.nio.charset.StandardCharsets;

/** A message of a topic. Immutable. */
final class Event {
    private final long number;
    private final String id;
    private final byte[] text;

    /**
     * @param number its place on this node
     * @param id what clients know it by
     * @param text what it says, in UTF-8
     */
    Event(long number, String id, byte[] text) {
        this.number = number;
        this.id = id;
        this.text = text;
    }

    long number() {
        return number;
    }

    /** The time that is in an id which the gateway has made, in milliseconds; -1 for others. */
    static long timeOf(String id) {
        var end = id.indexOf('-');
        if (end < 1 || end > 10 || id.indexOf('-', end + 1) < 0) {
            return -1;
        }
        try {
            return Long.parseLong(id, 0, end, 36);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    String id() {
        return id;
    }

    byte[] text() {
        return text;
    }

    /** As server-sent event (HTML, section 9.2.6): each line of the text is a field. */
    byte[] lines() {
        var out = new StringBuilder(text.length + 64).append("id: ").append(id).append('\n');
        var line = new String(text, StandardCharsets.UTF_8);
        for (var at = 0; at <= line.length(); ) {
            var end = at;
            while (end < line.length() && line.charAt(end) != '\n' && line.charAt(end) != '\r') {
                end++;
            }
            out.append("data: ").append(line, at, end).append('\n');
            at = end + (line.startsWith("\r\n", end) ? 2 : 1);
        }
        return out.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }
}
