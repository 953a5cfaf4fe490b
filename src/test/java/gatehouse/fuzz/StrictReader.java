package gatehouse.fuzz;

import gatehouse.fuzz.Message.Field;
import gatehouse.fuzz.Message.State;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Takes HTTP/1.1 messages apart as RFC 9112 has them and shares no code with the gateway. In front of the gateway it
 * lets pass the few oddities that a server may accept because they can't be misread; behind it nothing.
 */
final class StrictReader {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern CHUNK =
            Pattern.compile("([0-9A-Fa-f]{1,15})([ \\t]*;[^\\x00-\\x08\\x0a-\\x1f\\x7f]*)?");

    private final boolean response;
    private final boolean allowsOddities;

    private StrictReader(boolean response, boolean allowsOddities) {
        this.response = response;
        this.allowsOddities = allowsOddities;
    }

    /** For what a client sends. */
    static StrictReader ofClient() {
        return new StrictReader(false, true);
    }

    /** For what the gateway sends to an origin. */
    static StrictReader ofGateway() {
        return new StrictReader(false, false);
    }

    /** For answers of the gateway. */
    static StrictReader ofAnswers() {
        return new StrictReader(true, false);
    }

    /** For answers of an origin. */
    static StrictReader ofOrigin() {
        return new StrictReader(true, true);
    }

    /** All requests up to and with the first that is not whole. */
    List<Message> requests(byte[] bytes) {
        var all = new ArrayList<Message>();
        for (var from = 0; from < bytes.length; ) {
            var message = next(bytes, from, "", true);
            all.add(message);
            if (!message.isWhole()) {
                break;
            }
            from = message.end();
        }
        return all;
    }

    /**
     * The message at an offset.
     *
     * @param method the method that a response answers
     * @param ended whether no more bytes will come, which ends the body of some responses
     */
    Message next(byte[] bytes, int from, String method, boolean ended) {
        var text = new String(bytes, from, bytes.length - from, StandardCharsets.ISO_8859_1);
        var start = 0;
        while (allowsOddities && start < text.length() && "\r\n".indexOf(text.charAt(start)) >= 0) {
            start++;
        }
        var end = text.indexOf("\r\n\r\n", start);
        if (end < 0) {
            return Message.without(State.NO_HEAD, "no end of its head");
        }
        try {
            return head(text.substring(start, end), bytes, from + end + 4, method, ended);
        } catch (Bad bad) {
            return Message.without(State.BAD_HEAD, String.valueOf(bad.getMessage()));
        }
    }

    /** The head has no single meaning. */
    private static final class Bad extends Exception {
        Bad(String why) {
            super(why);
        }
    }

    private Message head(String head, byte[] bytes, int bodyStart, String method, boolean ended) throws Bad {
        var lines = head.split("\r\n", -1);
        // a status line is written anew, only its number goes on
        for (var i = response && allowsOddities ? 1 : 0; i < lines.length; i++) {
            for (var c : lines[i].toCharArray()) {
                var where = i == 0 ? "the start line " : "the field ";
                check((c >= ' ' && c != 0x7f) || c == '\t', "a control character in " + where + lines[i]);
            }
        }
        var words = words(lines[0]);
        var fields = new ArrayList<Field>();
        for (var i = 1; i < lines.length; i++) {
            var line = lines[i];
            if (line.startsWith(" ") || line.startsWith("\t")) {
                check(allowsOddities && !fields.isEmpty(), "a folded line");
                var last = fields.remove(fields.size() - 1);
                fields.add(new Field(last.name(), (last.value() + " " + trim(line)).strip()));
                continue;
            }
            var colon = line.indexOf(':');
            check(colon > 0, "no colon in " + line);
            // a proxy takes blanks behind a name out of an answer, a server refuses them in a request (RFC 9112 §5.1)
            var name = response && allowsOddities ? line.substring(0, colon).stripTrailing() : line.substring(0, colon);
            check(TOKEN.matcher(name).matches(), "no field: " + line);
            fields.add(new Field(name.toLowerCase(Locale.ROOT), trim(line.substring(colon + 1))));
        }
        var message = new Message(State.WHOLE, "", words[0], words[1], words[2], fields, new byte[0], bodyStart);
        if (response) {
            checkAnswer(message);
        } else {
            checkRequest(message);
        }
        return body(message, bytes, method, ended);
    }

    private String[] words(String line) throws Bad {
        var words = line.split(" ", response ? 3 : -1);
        if (allowsOddities) {
            words = response
                    ? (line.strip() + " -").split("[ \\t\\x0b\\f\\r]+", 3)
                    : trim(line).split("[ \\t]+");
        }
        check(words.length == 3, "a start line without three words");
        return words;
    }

    private void checkAnswer(Message message) throws Bad {
        check(message.first().matches("HTTP/1\\.[01]"), "no version");
        check(message.second().matches("[1-5][0-9][0-9]"), "no status");
    }

    private void checkRequest(Message message) throws Bad {
        check(TOKEN.matcher(message.first()).matches(), "no method");
        check(message.third().matches(allowsOddities ? "HTTP/1\\.[0-9]" : "HTTP/1\\.1"), "no version");
        var hosts = message.all("host");
        var old = message.third().equals("HTTP/1.0");
        check(hosts.size() == 1 || (old && hosts.isEmpty()), "not one Host");
        check(hosts.isEmpty() || Canonical.isAuthority(hosts.get(0)), "an invalid Host");
        if (!allowsOddities) {
            check(message.second().startsWith("/") || message.second().equals("*"), "no origin form");
            check(message.second().chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#'), "an invalid target");
        }
        check(!(old && message.field("transfer-encoding") != null), "a coding in HTTP/1.0");
    }

    private Message body(Message head, byte[] bytes, String method, boolean ended) throws Bad {
        var codings = head.all("transfer-encoding");
        var lengths = head.all("content-length");
        var status = response ? Integer.parseInt(head.second()) : 0;
        if (response && (method.equals("HEAD") || status < 200 || status == 204 || status == 304)) {
            return head;
        }
        if (!codings.isEmpty()) {
            check(codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked"), "codings " + codings);
            check(lengths.isEmpty(), "a coding and a length");
            return chunks(head, bytes);
        }
        if (lengths.isEmpty()) {
            var rest = Arrays.copyOfRange(bytes, head.end(), response ? bytes.length : head.end());
            return with(head, ended || !response ? State.WHOLE : State.CUT_BODY, "", rest, head.end() + rest.length);
        }
        check(lengths.size() == 1 && lengths.get(0).matches("[0-9]{1,18}"), "lengths " + lengths);
        var end = head.end() + Long.parseLong(lengths.get(0));
        return end > bytes.length
                ? with(head, State.CUT_BODY, "", Arrays.copyOfRange(bytes, head.end(), bytes.length), bytes.length)
                : with(head, State.WHOLE, "", Arrays.copyOfRange(bytes, head.end(), (int) end), (int) end);
    }

    private Message chunks(Message head, byte[] bytes) {
        var text = new String(bytes, StandardCharsets.ISO_8859_1);
        var body = new ByteArrayOutputStream();
        var at = head.end();
        while (true) {
            var end = text.indexOf("\r\n", at);
            var line = text.substring(at, end < 0 ? text.length() : end);
            var size = CHUNK.matcher(line);
            if (end < 0) {
                return with(head, State.CUT_BODY, "", body.toByteArray(), bytes.length);
            }
            if (!size.matches()) {
                return with(head, State.BAD_BODY, "chunk size " + line, body.toByteArray(), at);
            }
            var length = Long.parseLong(size.group(1), 16);
            at = end + 2;
            if (length == 0) {
                return trailers(head, text, at, body.toByteArray());
            }
            if (at + length > bytes.length) {
                body.write(bytes, at, bytes.length - at);
                return with(head, State.CUT_BODY, "", body.toByteArray(), bytes.length);
            }
            body.write(bytes, at, (int) length);
            at += (int) length;
            if (!text.startsWith("\r\n", at)) {
                var cut = "\r\n".startsWith(text.substring(at));
                return with(head, cut ? State.CUT_BODY : State.BAD_BODY, "no end of a chunk", body.toByteArray(), at);
            }
            at += 2;
        }
    }

    private static Message trailers(Message head, String text, int from, byte[] body) {
        for (var at = from; ; ) {
            var end = text.indexOf("\r\n", at);
            if (end < 0) {
                return with(head, State.CUT_BODY, "", body, text.length());
            }
            if (end == at) {
                return with(head, State.WHOLE, "", body, end + 2);
            }
            var line = text.substring(at, end);
            var colon = line.indexOf(':');
            if (line.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)
                    || colon < 1
                    || !TOKEN.matcher(line.substring(0, colon)).matches()) {
                return with(head, State.BAD_BODY, "trailer " + line, body, at);
            }
            at = end + 2;
        }
    }

    private static Message with(Message head, State state, String why, byte[] body, int end) {
        return new Message(state, why, head.first(), head.second(), head.third(), head.fields(), body, end);
    }

    private static void check(boolean holds, String otherwise) throws Bad {
        if (!holds) {
            throw new Bad(otherwise);
        }
    }

    private static String trim(String text) {
        var from = 0;
        var to = text.length();
        while (from < to && " \t".indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (to > from && " \t".indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return text.substring(from, to);
    }
}
