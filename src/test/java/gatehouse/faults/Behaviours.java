package gatehouse.faults;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.GZIPOutputStream;

/** Everything that a fault origin can do to a request, by name. */
final class Behaviours {
    /** One way to answer. */
    @FunctionalInterface
    interface Behaviour {
        void answer(Call call) throws IOException;
    }

    /** Stands in every answer that no client may ever be shown. */
    static final String FOREIGN = "foreign-bytes";

    private static final Map<String, Behaviour> ALL = Map.ofEntries(
            Map.entry("ok", Behaviours::ok),
            Map.entry("slow", call -> {
                call.body();
                call.pause(call.number("ms", 50));
                ok(call);
            }),
            Map.entry("reset-before", Call::reset),
            Map.entry("close-before", call -> {
                call.body();
                call.close();
            }),
            Map.entry("keep-then-reset", Behaviours::keepThenReset),
            Map.entry("reset-mid", Behaviours::resetMid),
            Map.entry("hang", call -> {
                call.body();
                call.hang();
            }),
            Map.entry("half-then-hang", Behaviours::halfThenHang),
            Map.entry("drip", Behaviours::drip),
            Map.entry("garbage", Garbage::answer),
            Map.entry("extra-bytes", Behaviours::extraBytes),
            Map.entry("early", Behaviours::early),
            Map.entry("error-share", Behaviours::errorShare),
            Map.entry("status", call -> {
                call.body();
                call.reply(call.parameter("code", "503") + " Said So", "as wanted");
            }),
            Map.entry("flow", Behaviours::flow),
            Map.entry("stop-reading", Behaviours::stopReading));

    private Behaviours() {}

    /** As the path says; any other path is {@code ok}. */
    static void answer(Call call) throws IOException {
        ALL.getOrDefault(call.name(), Behaviours::ok).answer(call);
    }

    /** 200; the body begins with the id of the request. */
    static void ok(Call call) throws IOException {
        call.body();
        var text = "id=" + call.id + ";";
        long bytes = call.number("bytes", 0);
        call.reply("200 OK", bytes <= text.length() ? text : text + "x".repeat((int) bytes - text.length()));
    }

    /** Serves one request and resets at the next: a kept connection that is gone as it is used again. */
    private static void keepThenReset(Call call) throws IOException {
        if (call.numberOnConnection() > 1) {
            call.reset();
            return;
        }
        ok(call);
    }

    private static void resetMid(Call call) throws IOException {
        call.body();
        int after = (int) call.number("after", 5);
        switch (call.parameter("framing", "length")) {
            case "chunked" ->
                call.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(after) + "\r\n"
                        + "x".repeat(after) + "\r\n");
            case "gzip" -> {
                var whole = gzip("x".repeat(after * 100));
                call.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(whole.length / 2) + "\r\n"
                        + new String(whole, 0, whole.length / 2, StandardCharsets.ISO_8859_1) + "\r\n");
            }
            default -> call.send("HTTP/1.1 200 OK\r\nContent-Length: " + after * 2 + "\r\n\r\n" + "x".repeat(after));
        }
        call.pause(call.number("ms", 20)); // lets the bytes arrive before the end does
        if (call.parameter("how", "rst").equals("fin")) {
            call.close();
        } else {
            call.reset();
        }
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        return bytes.toByteArray();
    }

    private static void halfThenHang(Call call) throws IOException {
        call.body();
        if (call.parameter("framing", "length").equals("chunked")) {
            call.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n");
        } else {
            call.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
        }
        call.hang();
    }

    /** So many bytes a second, one at a time. */
    private static void drip(Call call) throws IOException {
        call.body();
        long rate = call.number("rate", 1);
        call.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        for (int i = 0; i < 100_000; i++) {
            call.send("x");
            call.pause(1000 / rate);
        }
    }

    private static void extraBytes(Call call) throws IOException {
        call.body();
        var extra = "HTTP/1.1 200 OK\r\nContent-Length: " + FOREIGN.length() + "\r\n\r\n" + FOREIGN;
        var text = "id=" + call.id + ";";
        switch (call.parameter("kind", "behind")) {
            case "204" -> call.send("HTTP/1.1 204 No Content\r\n\r\n" + FOREIGN);
            case "304" ->
                call.send("HTTP/1.1 304 Not Modified\r\nContent-Length: " + FOREIGN.length() + "\r\n\r\n" + FOREIGN);
            case "head" -> call.send("HTTP/1.1 200 OK\r\nContent-Length: " + FOREIGN.length() + "\r\n\r\n" + FOREIGN);
            case "late" -> {
                call.reply("200 OK", text);
                if (call.pause(5)) { // once it is asked again, nothing tells these bytes from an answer
                    call.send(extra);
                    call.hang();
                }
            }
            default -> call.send("HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n" + text + extra);
        }
    }

    /** Answers at once, with the upload still under way; then reads on as a server that drains, or closes. */
    private static void early(Call call) throws IOException {
        call.reply(call.parameter("code", "401") + " Early", "early answer", "Connection: close");
        if (call.parameter("then", "drain").equals("drain")) {
            call.body();
        }
        call.close();
    }

    private static void errorShare(Call call) throws IOException {
        if (ThreadLocalRandom.current().nextInt(100) < call.number("percent", 50)) {
            call.body();
            call.reply("503 Service Unavailable", "drawn by chance");
        } else {
            ok(call);
        }
    }

    /** So many bytes, as fast as they are taken. */
    private static void flow(Call call) throws IOException {
        call.body();
        long left = call.number("bytes", 10 * 1024 * 1024);
        call.send("HTTP/1.1 200 OK\r\nContent-Length: " + left + "\r\n\r\n");
        var block = new byte[4096];
        for (; left >= block.length; left -= block.length) {
            call.send(block);
        }
        call.send(new byte[(int) left]);
    }

    /** Takes so many bytes of the body and no more. */
    private static void stopReading(Call call) throws IOException {
        call.body(call.number("after", 64 * 1024));
        try {
            Thread.sleep(call.number("ms", 60_000));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
        call.close();
    }
}
