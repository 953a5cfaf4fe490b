package gatehouse.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Changes of HTTP/1.1 messages, those that have led two parties to read one message differently: framing told twice or in
 * other words, lines folded, split or ended otherwise, blanks where none belong, other spellings of target and host, and a
 * second message behind the first.
 */
final class HeadMutator {
    /** Stands in every message that hides behind another. */
    static final String MARKER = "/smuggled";

    private static final String[] LINES = {
        "Content-Length: 0",
        "Content-Length: 5",
        "Content-Length: 6",
        "content-length:5",
        "Content-Length : 5",
        "Content-Length: +5",
        "Content-Length: 05",
        "Content-Length: 0x5",
        "Content-Length: 5, 5",
        "Content-Length: 5,6",
        "Content-Length: 5 ",
        "Content-Length:\t5",
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
        "Content-Length:",
        "Content_Length: 5",
        "Content-Length\0: 5",
        " Content-Length: 5",
        "Content-Length: 5\u000b",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: Chunked",
        "Transfer-Encoding:chunked",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: ,chunked",
        "Transfer-Encoding: chunked,",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding:\u000bchunked",
        "Transfer-Encoding: chun\u212aed",
        "Transfer-Encoding:\r\n chunked",
        "Transfer_Encoding: chunked",
        "X: y\rTransfer-Encoding: chunked",
        "X: y\nTransfer-Encoding: chunked",
        "Transfer-Encoding\u00a0: chunked",
        "Transfer-Encoding: ",
        "Host: localhost",
        "Host: other.test",
        "Host : localhost",
        "Host: localhost:80",
        "Host: a@b",
        "Host: a/b",
        "Host: [::1]",
        "Host: [::1%25a]",
        "Host: 127.0.0.1",
        "Host: a b",
        "Host:",
        "Host: LOCALHOST",
        "Connection: close",
        "Connection: keep-alive",
        "Connection: Host",
        "Connection: Content-Length, X-A",
        "Connection: close, Transfer-Encoding",
        "Connection: upgrade",
        "Upgrade: h2c",
        "Upgrade: websocket",
        "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
        "TE: trailers",
        "Trailer: Content-Length",
        "Expect: 100-continue",
        "Expect: 100-Continue ",
        "Expect: x",
        "X-A: b",
        "X-A: \u00ff\u0080",
        "X-A:",
        ": a",
        "X-A",
        "X A: b",
        "X-A: b\0",
        "X-A: \u007f",
        "Cookie: a=b",
        "Cookie: c=d",
        "X-Forwarded-For: 1.2.3.4",
        "X-Forwarded-Host: evil.test",
        "Forwarded: for=1.2.3.4",
        "Via: 1.1 x",
        "Via: a, b, c, d, e, f, g, h, i",
        "X-HTTP-Method-Override: DELETE",
        "X-Original-URL: /admin",
        "Max-Forwards: 0",
        "Max-Forwards: 1",
        "Content-Encoding: gzip",
        "Range: bytes=0-"
    };
    private static final String[] TARGETS = {
        "/",
        "/a",
        "/a?b=c",
        "*",
        "a",
        "//a",
        "/a//b",
        "/./a",
        "/a/..",
        "/../a",
        "/a/%2e%2e/b",
        "/%2fa",
        "/%5ca",
        "/\\a",
        "/%61",
        "/%2561",
        "/a%00",
        "/a%0d%0aX:%20y",
        "/%c3%a9",
        "/%c0%af",
        "/a;b=c",
        "/..;/a",
        "/a;/../b",
        "/a#b",
        "/a?b#c",
        "/a%",
        "/a%4",
        "http://localhost/a",
        "HTTP://LOCALHOST/a",
        "http://other.test/a",
        "http://localhost@other.test/a",
        "http://localhost",
        "http://localhost?a",
        "https://localhost/a",
        "localhost:80",
        "/\u00e9",
        "/a\tb",
        "/a b",
        "/a?%00",
        "/?",
        "//",
        "/%2e",
        "/a/.%2e/%2e./b",
        "/%7Ea",
        "/a%20b",
        "/%25%36%31",
        "http://localhost//other.test/a",
        "/a?b=http://x/../y"
    };
    private static final String[] METHODS = {
        "GET", "POST", "HEAD", "OPTIONS", "TRACE", "PUT", "CONNECT", "get", "PRI", "G(T", "X-Y", "GET ", " GET", "GET\t"
    };
    private static final String[] VERSIONS = {
        "HTTP/1.1",
        "HTTP/1.0",
        "HTTP/1.2",
        "HTTP/2.0",
        "HTTP/0.9",
        "http/1.1",
        "HTTP/1.1 ",
        "HTTP/11",
        "HTTP/1.1\t",
        "HTTP/01.1",
        ""
    };
    private static final String[] CHUNKS = {
        "0\r\n\r\n",
        "5\r\nabcde\r\n0\r\n\r\n",
        "5;a=b\r\nabcde\r\n0\r\n\r\n",
        "5 \r\nabcde\r\n0\r\n\r\n",
        "05\r\nabcde\r\n0\r\n\r\n",
        "5\nabcde\n0\n\n",
        "5\r\nabcde0\r\n\r\n",
        "5\r\nabcdeXX0\r\n\r\n",
        "0x5\r\nabcde\r\n0\r\n\r\n",
        "+5\r\nabcde\r\n0\r\n\r\n",
        "5;a=\"\r\nabcde\r\n0\r\n\r\n",
        "100000005\r\nabcde\r\n0\r\n\r\n",
        "ffffffffffffffff\r\nabcde\r\n0\r\n\r\n",
        "5\r\nabcde\r\n",
        "5;\nabcde\r\n0\r\n\r\n",
        "5\r\nabcde\r\n0\r\nX: y\r\n\r\n",
        "5\r\nabcde\r\n0\r\nContent-Length: 3\r\n\r\n",
        "\r\n0\r\n\r\n",
        "5\r\nabcde\r\n00\r\n\r\n",
        "5\r\nabcde\r\n0;x\r\n\r\n",
        "-0\r\n\r\n",
        "5\r\nabcde\r\n0\r\n\n",
        "5\r\nabcde\r\n0\r\nX y\r\n\r\n",
        "5\r\nabcde\r\n0\r\n\rX",
        "5\r\nabcde\n\r0\r\n\r\n",
        "5;\u0000\r\nabcde\r\n0\r\n\r\n",
        "A\r\nabcdeabcde\r\n0\r\n\r\n",
        ""
    };
    private static final String[] ENDS = {
        "\n", "\r", "\r\r\n", "\n\r\n", "\r\n ", "\r\n\t", "\r\n\r\n", "\r\n\0", "\u000b\r\n", " \r\n"
    };

    private HeadMutator() {}

    static byte[] mutate(Random random, byte[] from) {
        if (random.nextInt(5) == 0) {
            return Bytes.mutate(random, from);
        }
        var text = Bytes.text(from);
        var end = text.indexOf("\r\n\r\n");
        var head = end < 0 ? text : text.substring(0, end);
        var rest = end < 0 ? "" : text.substring(end + 4);
        var lines = new ArrayList<>(List.of(head.split("\r\n", -1)));
        return Bytes.of(
                switch (random.nextInt(12)) {
                    case 0, 1, 2 -> joined(inserted(random, lines), rest);
                    case 3 -> joined(moved(random, lines), rest);
                    case 4 -> joined(spelled(random, lines), rest);
                    case 5, 6 -> joined(start(random, lines), rest);
                    case 7 -> otherEnd(random, text);
                    case 8 -> head + "\r\n\r\n" + pick(random, CHUNKS);
                    case 9 -> head + "\r\n\r\n" + pick(random, CHUNKS) + hidden(random);
                    case 10 -> text + hidden(random);
                    default -> pick(random, "\r\n", "\n", " ", "\0", "\r\n\r\n", "\t", "x", "\u000b") + text;
                });
    }

    private static String hidden(Random random) {
        return pick(random, METHODS) + " " + MARKER + " HTTP/1.1\r\nHost: localhost\r\n"
                + (random.nextBoolean() ? "X-A: " : "\r\n");
    }

    private static List<String> inserted(Random random, List<String> lines) {
        lines.add(1 + random.nextInt(lines.size()), pick(random, LINES));
        return lines;
    }

    private static List<String> moved(Random random, List<String> lines) {
        var at = random.nextInt(lines.size());
        var line = random.nextBoolean() ? lines.remove(at) : lines.get(at);
        if (random.nextInt(3) > 0) {
            lines.add(random.nextInt(lines.size() + 1), line);
        }
        return lines;
    }

    private static List<String> spelled(Random random, List<String> lines) {
        var at = random.nextInt(lines.size());
        var line = lines.get(at);
        var colon = Math.max(0, line.indexOf(':'));
        lines.set(
                at,
                switch (random.nextInt(7)) {
                    case 0 -> line.toUpperCase(java.util.Locale.ROOT);
                    case 1 ->
                        line.substring(0, colon)
                                + pick(random, " ", "\t", "\0", "\u00a0", "\r", "_")
                                + line.substring(colon);
                    case 2 -> pick(random, " ", "\t", "\u000b", "\0") + line;
                    case 3 -> line + pick(random, " ", "\t", "\u000b", "\0", "\r", ",", ";", "\u0085");
                    case 4 -> line.replace(" ", pick(random, "", "  ", "\t", "\u000c", "\r\n ", "\n "));
                    case 5 -> line.replace('-', '_');
                    default -> line.substring(0, colon) + line.substring(colon).replace(":", "::");
                });
        return lines;
    }

    private static List<String> start(Random random, List<String> lines) {
        var words = (lines.get(0) + "   ").split(" ", -1);
        switch (random.nextInt(4)) {
            case 0 -> words[0] = pick(random, METHODS);
            case 1, 2 -> words[1] = pick(random, TARGETS);
            default -> words[2] = pick(random, VERSIONS);
        }
        lines.set(0, words[0] + pick(random, " ", " ", " ", " ", "  ", "\t") + words[1] + " " + words[2]);
        return lines;
    }

    private static String otherEnd(Random random, String text) {
        var ends = text.split("\r\n", -1).length - 1;
        if (ends == 0) {
            return text + pick(random, ENDS);
        }
        var at = -2;
        for (var i = random.nextInt(ends); i >= 0; i--) {
            at = text.indexOf("\r\n", at + 2);
        }
        return text.substring(0, at) + pick(random, ENDS) + text.substring(at + 2);
    }

    private static String joined(List<String> lines, String rest) {
        return String.join("\r\n", lines) + "\r\n\r\n" + rest;
    }

    static String pick(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
