package gatehouse.cache;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import io.netty.util.AsciiString;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.util.concurrent.TimeUnit;

/** Makes answers of stored responses: whole, the head of one, a part, or the word that the client's copy is good. */
final class Serving {
    static final AsciiString AGE = AsciiString.cached("Age");
    static final AsciiString CACHE_STATUS = AsciiString.cached("Cache-Status");

    private Serving() {}

    /**
     * The answer to a request by a stored response.
     *
     * @param status what {@code Cache-Status} says
     */
    static Future<Reply> reply(Exchange exchange, Stored stored, CacheStatus status, long now, long nowMillis) {
        var request = exchange.headers();
        var head = stored.head();
        var said = status.text(stored.leftNanos(now));
        if (head.status() == 200) {
            if (Conditions.hasCopy(request, stored, nowMillis)) {
                var headers = fields(head, true);
                return Future.succeededFuture(new Reply(304, null, finish(headers, stored, said, now), NO_BODY));
            }
            var part = exchange.isHead() || !request.contains("range")
                    ? null
                    : Conditions.part(request, stored, nowMillis);
            if (part != null) {
                return part(stored, part, said, now);
            }
        }
        var headers = finish(fields(head, false), stored, said, now);
        if (exchange.isHead()) {
            headers.set(
                    HttpHeaders.CONTENT_LENGTH,
                    Integer.toString(stored.payload().length()));
        }
        return Future.succeededFuture(new Reply(
                head.status(), head.reason(), headers, stored.payload().body()));
    }

    private static Future<Reply> part(Stored stored, Conditions.Part part, String said, long now) {
        var size = stored.payload().length();
        if (part.length() == 0) {
            return Future.failedFuture(Problem.rangeNotSatisfiable(size)
                    .with(CACHE_STATUS.toString(), said)
                    .asFailure());
        }
        var headers = finish(fields(stored.head(), false), stored, said, now);
        headers.set(
                HttpHeaders.CONTENT_RANGE,
                "bytes " + part.first() + "-" + (part.first() + part.length() - 1) + "/" + size);
        return Future.succeededFuture(
                new Reply(206, null, headers, stored.payload().body(part.first(), part.length())));
    }

    /** The stored fields as they are sent; with {@code of304} those that a 304 has (RFC 9110 §15.4.5). */
    static MultiMap fields(Stored.Head head, boolean of304) {
        var headers = HeadersMultiMap.httpHeaders();
        var fields = head.fields();
        for (var i = 0; i < fields.size(); i += 2) {
            if (!of304 || isOf304(fields.get(i))) {
                headers.add(fields.get(i), fields.get(i + 1));
            }
        }
        return headers;
    }

    private static MultiMap finish(MultiMap headers, Stored stored, String said, long now) {
        headers.set(AGE, Long.toString(Math.max(0, TimeUnit.NANOSECONDS.toSeconds(stored.ageNanos(now)))));
        headers.add(CACHE_STATUS, said);
        return headers;
    }

    private static boolean isOf304(CharSequence name) {
        return switch (name.length()) {
            case 4 -> Fields.is(name, "date") || Fields.is(name, "etag") || Fields.is(name, "vary");
            case 7 -> Fields.is(name, "expires");
            case 12 -> Fields.is(name, "cache-status");
            case 13 -> Fields.is(name, "cache-control") || Fields.is(name, "last-modified");
            case 16 -> Fields.is(name, "content-location");
            case 17 -> Fields.is(name, "cdn-cache-control");
            default -> false;
        };
    }

    static final Reply.Body NO_BODY = new Reply.Body() {
        @Override
        public Future<Void> sendTo(Exchange exchange) {
            return exchange.response().end();
        }

        @Override
        public long length() {
            return 0;
        }
    };
}
