package gatehouse.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Answers of an origin. Whatever it sends: the client gets one whole, unambiguous answer, the one that an independent reader
 * finds in the origin's bytes, or 502, or an answer that visibly ends too early; and nobody else gets any of it.
 */
final class AnswerTarget implements Target {
    private static final String[] LINES = {
        "HTTP/1.1 200 OK",
        "HTTP/1.0 200 OK",
        "HTTP/1.1 204 No Content",
        "HTTP/1.1 304 Not Modified",
        "HTTP/1.1 100 Continue",
        "HTTP/1.1 103 Early Hints",
        "HTTP/1.1 101 Switching Protocols",
        "HTTP/1.1 199 X",
        "HTTP/1.1 099 X",
        "HTTP/1.1 600 X",
        "HTTP/1.1 2000 X",
        "HTTP/1.1 20 X",
        "HTTP/1.1 200",
        "HTTP/1.1  200 OK",
        "HTTP/1.1 200 \u00e9",
        "HTTP/1.2 200 OK",
        "HTTP/2 200 OK",
        "HTTP/1.1 205 Reset Content",
        "HTTP/1.1 503 Busy",
        "ICY 200 OK",
        "Connection: close",
        "Connection: keep-alive",
        "Upgrade: h2c",
        "Trailer: X-Sum",
        "Set-Cookie: a=b",
        "Set-Cookie: c=d",
        "X-Request-Id: evil",
        "Date: x",
        "Server: x",
        "Keep-Alive: timeout=1"
    };

    private final Rig rig;

    AnswerTarget(Rig rig) {
        this.rig = rig;
    }

    @Override
    public String name() {
        return "answers";
    }

    @Override
    public byte[] mutate(Random random, byte[] from) {
        if (random.nextInt(3) > 0) {
            return HeadMutator.mutate(random, from);
        }
        var text = Bytes.text(from);
        var end = text.indexOf("\r\n", random.nextInt(text.length() + 1));
        var line = HeadMutator.pick(random, LINES);
        return Bytes.of(
                line.startsWith("HTTP/") && random.nextInt(4) > 0
                        ? line + text.substring(Math.max(0, text.indexOf("\r\n")))
                        : text.substring(0, Math.max(0, end)) + "\r\n" + line + text.substring(Math.max(0, end)));
    }

    @Override
    public List<String> run(byte[] answer) throws Exception {
        rig.origin.forget();
        var violations = new ArrayList<String>();
        // an origin that stays silent is another matter: it ends the connection behind its bytes
        rig.origin.answering(answer, true);
        var received = rig.exchange(
                Bytes.of("GET /answer HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), 0, bytes -> false);
        violations.addAll(rig.afterwards());
        var text = Bytes.text(received);
        var got = StrictReader.ofAnswers().next(received, 0, "GET", true);
        for (var from = 0; got.isWhole() && got.second().startsWith("1"); ) {
            from = got.end();
            got = StrictReader.ofAnswers().next(received, from, "GET", true);
        }
        if (text.endsWith("-- no answer")) {
            violations.add("no answer and no end");
        } else if (!got.hasHead()) {
            // nothing at all is what a client gets whose answer broke off before its head was whole
            if (!text.isEmpty()) {
                violations.add("the client got no HTTP: " + got + " " + Escapes.write(received));
            }
        } else if (got.isWhole() && got.end() < received.length) {
            violations.add("more than one answer: " + Escapes.write(received));
        } else if (got.isWhole() && !got.second().equals("502")) {
            judge(answer, got, violations);
        } else if (got.second().equals("500")) {
            violations.add("blames itself");
        }
        return violations;
    }

    private static void judge(byte[] answer, Message got, List<String> violations) {
        var sent = StrictReader.ofOrigin().next(answer, 0, "GET", true);
        while (sent.isWhole() && Set.of("100", "103").contains(sent.second())
                || sent.isWhole() && sent.second().matches("1(?!01)..")) {
            sent = StrictReader.ofOrigin().next(answer, sent.end(), "GET", true);
        }
        if (sent.second().equals("205") && got.body().length == 0) {
            return; // it has no body, whatever the origin thinks (RFC 9110 §15.3.6)
        }
        if (!sent.isWhole()) {
            violations.add("a whole answer was made of " + sent + ": " + got + " " + Bytes.text(got.body()));
        } else if (!sent.second().equals(got.second())) {
            violations.add("status " + got.second() + " was made of " + sent.second());
        } else if (!Arrays.equals(sent.body(), got.body())) {
            violations.add("the body " + Bytes.text(got.body()) + " was made of " + Bytes.text(sent.body()));
        }
    }
}
