package gatehouse.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Cases as text that can be read and edited: line breaks of the text mean nothing, {@code \r}, {@code \n}, {@code \t},
 * {@code \\} and {@code \xNN} stand for bytes, and lines that start with {@code #} are comments.
 */
final class Escapes {
    private Escapes() {}

    static byte[] read(String text) {
        var bytes = new ByteArrayOutputStream();
        for (var line : text.split("\n", -1)) {
            if (!line.startsWith("#")) {
                readLine(line, bytes);
            }
        }
        return bytes.toByteArray();
    }

    private static void readLine(String line, ByteArrayOutputStream bytes) {
        for (var i = 0; i < line.length(); i++) {
            var c = line.charAt(i);
            if (c != '\\') {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            switch (line.charAt(++i)) {
                case 'r' -> bytes.write('\r');
                case 'n' -> bytes.write('\n');
                case 't' -> bytes.write('\t');
                case '\\' -> bytes.write('\\');
                case 'x' -> {
                    bytes.write(Integer.parseInt(line.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                default -> throw new IllegalArgumentException("unknown escape in " + line);
            }
        }
    }

    static String write(byte[] bytes) {
        var text = new StringBuilder();
        var lineStart = true;
        for (var b : bytes) {
            var c = (char) (b & 0xff);
            switch (c) {
                case '\r' -> text.append("\\r");
                case '\n' -> text.append("\\n\n");
                case '\t' -> text.append("\\t");
                case '\\' -> text.append("\\\\");
                default -> {
                    if (c < ' ' || c > '~' || (c == '#' && lineStart)) {
                        text.append("\\x")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        text.append(c);
                    }
                }
            }
            lineStart = c == '\n';
        }
        return text.toString();
    }
}
