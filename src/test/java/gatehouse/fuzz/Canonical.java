package gatehouse.fuzz;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The one spelling of a path and of a host, found another way than the gateway does (RFC 3986 §6.2.2). */
final class Canonical {
    private static final Pattern NAME =
            Pattern.compile("([A-Za-z0-9_-]{1,63}\\.)*[A-Za-z0-9_-]{1,63}\\.?(:[0-9]{1,5})?");
    private static final Pattern ADDRESS = Pattern.compile("\\[[0-9A-Fa-f:.]{2,45}\\](:[0-9]{1,5})?");
    private static final Pattern ALLOWED = Pattern.compile("(?:[!-\"$&-\\[\\]-~&&[^?]]|%[0-9A-Fa-f]{2})*");

    private Canonical() {}

    static boolean isAuthority(String text) {
        return NAME.matcher(text).matches() || ADDRESS.matcher(text).matches();
    }

    /** Path and query of a target as they must reach an origin, or null where it has no single meaning. */
    static @Nullable String target(Message request) {
        var target = request.second();
        var host = request.field("host");
        if (target.regionMatches(true, 0, "http://", 0, 7)) {
            var end = 7;
            while (end < target.length() && "/?".indexOf(target.charAt(end)) < 0) {
                end++;
            }
            if (!target.substring(7, end).equalsIgnoreCase(host)) {
                return null;
            }
            target = target.substring(end).startsWith("/") ? target.substring(end) : "/" + target.substring(end);
        }
        var question = target.indexOf('?');
        var path = path(question < 0 ? target : target.substring(0, question));
        var query = question < 0 ? "" : target.substring(question);
        return path == null || !query.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#') ? null : path + query;
    }

    /** The path, or null where two parties could read it differently. */
    static @Nullable String path(String raw) {
        if (!raw.startsWith("/") || !ALLOWED.matcher(raw).matches()) {
            return null;
        }
        var segments = new ArrayList<String>();
        var parts = raw.substring(1).split("/", -1);
        for (var i = 0; i < parts.length; i++) {
            var last = i == parts.length - 1;
            var segment = segment(parts[i]);
            if (segment == null) {
                return null;
            }
            if (segment.equals("..") && !segments.isEmpty()) {
                segments.remove(segments.size() - 1);
            }
            if (!segment.isEmpty() && !segment.equals(".") && !segment.equals("..")) {
                segments.add(segment);
                if (last) {
                    return "/" + String.join("/", segments);
                }
            }
        }
        return segments.isEmpty() ? "/" : "/" + String.join("/", segments) + "/";
    }

    private static @Nullable String segment(String raw) {
        var bytes = new java.io.ByteArrayOutputStream();
        var spelled = new StringBuilder();
        for (var i = 0; i < raw.length(); i++) {
            var value = raw.charAt(i);
            if (value == '%') {
                value = (char) Integer.parseInt(raw.substring(i + 1, i + 3), 16);
                if (value == '/' || value == '\\' || value < ' ' || value == 0x7f) {
                    return null;
                }
                i += 2;
                spelled.append(
                        Character.isLetterOrDigit(value) && value < 0x80 || "-._~".indexOf(value) >= 0
                                ? String.valueOf(value)
                                : "%%%02X".formatted((int) value));
            } else {
                spelled.append(value);
            }
            bytes.write(value);
        }
        try {
            var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray()));
        } catch (CharacterCodingException e) {
            return null;
        }
        var text = spelled.toString();
        return text.matches(".*%25[0-9A-Fa-f]{2}.*") || text.matches("\\.\\.?;.*") ? null : text;
    }
}
