package gatehouse.fuzz;

import gatehouse.fuzz.FuzzOrigin.Seen;
import gatehouse.fuzz.Http2Script.Frame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Frames of HTTP/2. Whatever a client sends: each request at the origin is whole, unambiguous and that of one stream, no
 * stream makes two of them, and no stream gets the answer of another.
 */
final class Http2Target implements Target {
    private static final String[] FIELDS = {
        ":method=GET",
        ":method=POST",
        ":method=HEAD",
        ":method=CONNECT",
        ":method=GET / HTTP/1.1\r\nX: y",
        ":method=G T",
        ":method=",
        ":path=/a",
        ":path=/a?b",
        ":path=a",
        ":path=",
        ":path=*",
        ":path=/a b",
        ":path=/a\r\nX: y",
        ":path=http://other.test/",
        ":path=@e/",
        ":path=//a",
        ":path=/a/../b",
        ":path=/%2f",
        ":path=/a#b",
        ":path=/a\0",
        ":path=/a HTTP/1.1\r\nHost: x\r\n\r\nGET /smuggled",
        ":scheme=http",
        ":scheme=https",
        ":scheme=",
        ":authority=localhost",
        ":authority=other.test",
        ":authority=a@b",
        ":authority=a/b",
        ":authority=",
        ":authority=a\r\nX: y",
        ":status=200",
        ":protocol=websocket",
        ":x=y",
        "host=localhost",
        "host=other.test",
        "host=a, b",
        "connection=close",
        "connection=x-a",
        "transfer-encoding=chunked",
        "transfer-encoding =chunked",
        "keep-alive=1",
        "upgrade=h2c",
        "te=trailers",
        "te=gzip",
        "proxy-connection=x",
        "content-length=5",
        "content-length=0",
        "content-length=6",
        "content-length=5, 5",
        "content-length=+5",
        "content-length=",
        "X-A=b",
        "x-a=b",
        "x-a=b\r\nx-c: d",
        "x-a=b\nc",
        "x-a=b\0",
        "x-a= b ",
        "x a=b",
        "x-a\r\nb=c",
        "x:a=b",
        "x-a=\u00e9\u00ff",
        "x-a=",
        "cookie=a=b",
        "cookie=c=d",
        "expect=100-continue",
        "x-forwarded-for=1.2.3.4",
        "via=1.1 x",
        "trailer=content-length",
        "max-forwards=0"
    };

    private final Rig rig;

    Http2Target(Rig rig) {
        this.rig = rig;
    }

    @Override
    public String name() {
        return "http2";
    }

    @Override
    public byte[] mutate(Random random, byte[] from) {
        if (random.nextInt(6) == 0) {
            return Bytes.mutate(random, from);
        }
        var lines = new ArrayList<>(List.of(Bytes.text(from).split("\n", -1)));
        var at = random.nextInt(lines.size());
        var line = lines.get(at);
        switch (random.nextInt(8)) {
            case 0 -> lines.add(at, line);
            case 1 -> lines.remove(at);
            case 2 -> lines.add(random.nextInt(lines.size()), lines.remove(at));
            case 3 -> lines.set(at, line.replaceFirst("^[0-9]+", "" + random.nextInt(12)));
            case 4 -> lines.set(at, line.replaceFirst(" [0-9]+", " " + random.nextInt(64)));
            case 5 -> lines.set(at, line.replaceFirst(" ([0-9]+) [0-9]+", " $1 " + random.nextInt(9)));
            default -> lines.set(at, withField(random, line));
        }
        return Bytes.of(String.join("\n", lines));
    }

    private static String withField(Random random, String line) {
        var parts = new ArrayList<>(List.of(line.split("\u0001", -1)));
        var field = HeadMutator.pick(random, FIELDS).replace("\n", "\u0002");
        var at = 1 + random.nextInt(parts.size());
        if (random.nextInt(3) == 0 && at < parts.size()) {
            parts.set(at, field);
        } else {
            parts.add(at, field);
        }
        return String.join("\u0001", parts);
    }

    /** A request as its frames have it. */
    private record Asked(int stream, List<Map.Entry<String, String>> fields, StringBuilder body) {
        /** A head with every pseudo-field once, or trailers. */
        boolean isOrdinary() {
            var pseudo = fields.stream()
                    .map(Map.Entry::getKey)
                    .filter(name -> name.startsWith(":"))
                    .sorted()
                    .toList();
            return pseudo.isEmpty() || pseudo.equals(List.of(":authority", ":method", ":path", ":scheme"));
        }

        @Nullable String only(String name) {
            var values =
                    fields.stream().filter(field -> field.getKey().equals(name)).toList();
            return values.size() == 1 ? values.get(0).getValue() : null;
        }
    }

    @Override
    public List<String> run(byte[] script) throws Exception {
        rig.origin.forget();
        // a line break can't stand in a line; the byte 2 is one
        var frames = Http2Script.read(script).stream()
                .map(frame -> new Frame(
                        frame.type(),
                        frame.flags(),
                        frame.stream(),
                        Bytes.of(Bytes.text(frame.payload()).replace('\u0002', '\n'))))
                .toList();
        var asked = asked(frames);
        var streams = (int) asked.stream().map(Asked::stream).distinct().count();
        var received =
                rig.exchange(Http2Script.write(frames), patience(frames, asked), bytes -> isOver(bytes, streams));
        var violations = rig.afterwards();
        if (Bytes.text(received).endsWith("-- no answer")) {
            violations.add("no answer and no end");
        }
        var seen = rig.origin.seen().stream()
                .filter(one -> !one.message().second().startsWith("/probe/"))
                .toList();
        judge(asked, seen, Http2Script.bodies(Http2Script.frames(received)), violations);
        return violations;
    }

    /** Whole requests are answered; what becomes of others may be nothing at all. */
    private static int patience(List<Frame> frames, List<Asked> asked) {
        var plain = frames.stream().allMatch(frame -> frame.type() <= Http2Script.HEADERS)
                && asked.stream().allMatch(Asked::isOrdinary)
                && asked.stream()
                        .allMatch(one -> frames.stream()
                                .anyMatch(
                                        frame -> frame.stream() == one.stream() && frame.has(Http2Script.END_STREAM)));
        return plain ? 2_000 : 8;
    }

    private static boolean isOver(byte[] received, int streams) {
        var ended = new HashSet<Integer>();
        for (var frame : Http2Script.frames(received)) {
            if (frame.type() == Http2Script.RST_STREAM
                    || (frame.type() <= Http2Script.HEADERS && frame.has(Http2Script.END_STREAM))) {
                ended.add(frame.stream());
            }
        }
        return streams > 0 && ended.size() >= streams;
    }

    /** Every HEADERS frame may begin a request, those behind the end of one may not add to it. */
    private static List<Asked> asked(List<Frame> frames) {
        var asked = new ArrayList<Asked>();
        var open = new HashMap<Integer, Asked>();
        for (var frame : frames) {
            if (frame.type() == Http2Script.HEADERS) {
                var one = new Asked(frame.stream(), Http2Script.fields(frame.payload()), new StringBuilder());
                asked.add(one);
                // trailers end a body, they don't begin another
                if (open.containsKey(frame.stream()) && frame.has(Http2Script.END_STREAM)) {
                    open.remove(frame.stream());
                } else {
                    open.put(frame.stream(), one);
                }
            } else if (frame.type() == Http2Script.DATA && open.containsKey(frame.stream())) {
                var unused = open.get(frame.stream()).body().append(Bytes.text(frame.payload()));
            }
            if (frame.type() <= Http2Script.HEADERS && frame.has(Http2Script.END_STREAM)) {
                open.remove(frame.stream());
            }
        }
        return asked;
    }

    private static void judge(
            List<Asked> asked, List<Seen> seen, Map<Integer, String> bodies, List<String> violations) {
        var free = new ArrayList<>(asked);
        for (var one : seen) {
            if (!one.message().hasHead()) {
                continue;
            }
            var from = free.stream()
                    .filter(each -> isOf(each, one.message()))
                    .filter(each -> !bodies.getOrDefault(each.stream(), "").startsWith("seq=")
                            || bodies.get(each.stream()).equals("seq=" + one.number()))
                    .findFirst()
                    .orElse(null);
            if (from == null) {
                violations.add("the origin got what no stream sent: " + one + " "
                        + Bytes.text(one.message().body()) + "; sent were " + asked + "; answered were " + bodies);
            } else {
                free.remove(from);
            }
        }
        bodies.forEach((stream, body) -> {
            if (body.startsWith("seq=") && seen.stream().noneMatch(one -> body.equals("seq=" + one.number()))) {
                violations.add("stream " + stream + " got an answer of another connection: " + body);
            }
            if (body.contains("\"status\":500") || body.contains("\"status\":502") || body.contains("\"status\":504")) {
                violations.add("blames itself or the origin: " + body);
            }
        });
    }

    private static boolean isOf(Asked asked, Message came) {
        var path = asked.only(":path");
        if (path == null || !came.first().equals(asked.only(":method"))) {
            return false;
        }
        var authority = asked.only(":authority") == null ? asked.only("host") : asked.only(":authority");
        var wanted = Canonical.target(new Message(Message.State.WHOLE, "", "", path, "", List.of(), new byte[0], 0));
        return came.second().equals(wanted)
                && authority != null
                && authority.equals(came.field("host"))
                && (!came.isWhole() || asked.body().toString().equals(Bytes.text(came.body())))
                && came.fields().stream()
                        .allMatch(field -> Http1Target.OWN.contains(field.name())
                                || asked.fields().stream()
                                        .anyMatch(sent -> sent.getKey().equals(field.name())
                                                && sent.getValue().strip().equals(field.value())));
    }
}
