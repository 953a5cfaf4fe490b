package gatehouse.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import gatehouse.testing.RawOrigin.Script;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Scripts for origins: the good, the slow and the broken. */
public final class Answers {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Answers() {}

    /** 200 with this text, after the body of the request was read. */
    public static Script ok(String text) {
        return exchange -> {
            exchange.body();
            exchange.reply("200 OK", text, "Content-Type: text/plain");
        };
    }

    /** Any status with this text, after the body of the request was read. */
    public static Script status(String status, String text, String... fields) {
        return exchange -> {
            exchange.body();
            exchange.reply(status, text, fields);
        };
    }

    /** Exactly this, after the body of the request was read; the connection stays open. */
    public static Script bytes(String raw) {
        return exchange -> {
            exchange.body();
            exchange.send(raw);
        };
    }

    /** 200 with the request as JSON: {@code method}, {@code target}, {@code headers} as pairs in order, {@code body}, {@code trailers}. */
    public static Script echo() {
        return exchange -> {
            Body body = exchange.body();
            var seen = new LinkedHashMap<String, Object>();
            seen.put("method", exchange.method());
            seen.put("target", exchange.target());
            seen.put("headers", pairs(exchange.head().headers()));
            seen.put("body", body.text());
            seen.put("trailers", pairs(body.trailers()));
            exchange.reply("200 OK", JSON.writeValueAsString(seen), "Content-Type: application/json");
        };
    }

    /** One script per request in the order of their arrival at this origin; the last one answers all further requests. */
    public static Script inOrder(Script... scripts) {
        var next = new AtomicInteger();
        return exchange -> scripts[Math.min(next.getAndIncrement(), scripts.length - 1)].answer(exchange);
    }

    /** Closes cleanly without an answer, after the body of the request was read. */
    public static Script closeBeforeAnswer() {
        return exchange -> {
            exchange.body();
            exchange.close();
        };
    }

    /** Resets without an answer. */
    public static Script resetBeforeAnswer() {
        return RawExchange::reset;
    }

    /** Sends a head that promises ten bytes, then resets once released. */
    public static Script resetAfterHead() {
        return exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
            exchange.hang();
            exchange.reset();
        };
    }

    /** Sends five of ten promised bytes, then resets once released. */
    public static Script resetMidBody() {
        return exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
            exchange.hang();
            exchange.reset();
        };
    }

    /** Sends five of ten promised bytes and closes cleanly. */
    public static Script partialBody() {
        return exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
            exchange.close();
        };
    }

    /** Sends a whole chunk and closes cleanly without the last one. */
    public static Script partialChunks() {
        return exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n");
            exchange.close();
        };
    }

    /** Does not answer before it is released; then 200 with this text. */
    public static Script hang(String text) {
        return exchange -> {
            exchange.body();
            exchange.hang();
            exchange.reply("200 OK", text);
        };
    }

    /** Answers the first request of a connection and resets at the second: a kept connection that has gone stale. */
    public static Script staleKeepAlive(String text) {
        return exchange -> {
            if (exchange.numberOnConnection() > 1) {
                exchange.reset();
                return;
            }
            ok(text).answer(exchange);
        };
    }

    /** Answers something that is no HTTP and closes. */
    public static Script garbage() {
        return exchange -> {
            exchange.body();
            exchange.send("\u0001\u0002 this is not HTTP\r\n\r\n");
            exchange.close();
        };
    }

    /** A whole answer, and behind it in the same write a second one that nobody asked for. */
    public static Script extraBytes(String text, String extra) {
        return exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n" + text + extra);
        };
    }

    /** Interim responses first, such as {@code "100 Continue"} or {@code "103 Early Hints\r\nLink: </a>"}, then 200. */
    public static Script interim(String text, String... heads) {
        return exchange -> {
            for (String head : heads) {
                exchange.send("HTTP/1.1 " + head + "\r\n\r\n");
            }
            ok(text).answer(exchange);
        };
    }

    /** 200 in these chunks, and a trailer section of these lines. */
    public static Script chunked(List<String> chunks, String... trailers) {
        return exchange -> {
            exchange.body();
            exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (String chunk : chunks) {
                exchange.send(Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n");
            }
            exchange.send("0\r\n");
            for (String trailer : trailers) {
                exchange.send(trailer + "\r\n");
            }
            exchange.send("\r\n");
        };
    }

    /** 200 whose head and each byte of the body go out when the drip is turned, once each. */
    public static Script drip(String text, Drip drip) {
        return exchange -> {
            exchange.body();
            drip.await();
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n");
            for (int i = 0; i < text.length(); i++) {
                drip.await();
                exchange.send(text.substring(i, i + 1));
            }
        };
    }

    private static List<List<String>> pairs(List<Header> headers) {
        return headers.stream()
                .map(header -> List.of(header.name(), header.value()))
                .toList();
    }
}
