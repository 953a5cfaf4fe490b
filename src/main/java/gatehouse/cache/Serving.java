package gatehouse.cache;

import gatehouse.exchange.ByteRange;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.netty.util.AsciiString;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.headers.HeadersMultiMap;

/** Makes answers of stored responses: whole, the head of one, a part, or the word that the client's copy is good. */
final class Serving {
    static final AsciiString AGE = AsciiString.cached("Age");
    static final AsciiString RANGE = AsciiString.cached("range");
    static final AsciiString CACHE_STATUS = AsciiString.cached("Cache-Status");

    private Serving() {}

    /**
     * The answer to a request by a stored response. Its fields are put on the client's answer at once, which is where the
     * reply has them.
     *
     * @param told what it says of itself
     */
    static Future<Reply> reply(Exchange exchange, Stored stored, Told told, ResponseCache cache) {
        var request = exchange.headers();
        var head = stored.head();
        if (head.status() == 200) {
            if ((request.contains(HttpHeaders.IF_NONE_MATCH) || request.contains(HttpHeaders.IF_MODIFIED_SINCE))
                    && Conditions.hasCopy(request, stored, cache.nowMillis())) {
                return Future.succeededFuture(confirmed(exchange, stored, told));
            }
            var part = exchange.isHead() || !request.contains(RANGE)
                    ? null
                    : Conditions.part(request, stored, cache.nowMillis());
            if (part != null) {
                return part(exchange, stored, part, told);
            }
        }
        var headers = finish(put(exchange, stored, false), told);
        var body = stored.payload().body();
        if (exchange.isHead()) {
            headers.set(HttpHeaders.CONTENT_LENGTH, body.lengthField());
        }
        return Future.succeededFuture(new Reply(head.status(), head.reason(), headers, body));
    }

    /** The word that the client's copy is as good as the stored one. */
    static Reply confirmed(Exchange exchange, Stored stored, Told told) {
        return new Reply(304, null, finish(put(exchange, stored, true), told), NO_BODY);
    }

    private static Future<Reply> part(Exchange exchange, Stored stored, ByteRange part, Told told) {
        var size = stored.payload().length();
        if (part.isEmpty()) {
            return Future.failedFuture(Problem.rangeNotSatisfiable(size)
                    .with(CACHE_STATUS.toString(), told.status().toString())
                    .asFailure());
        }
        var headers = finish(put(exchange, stored, false), told);
        headers.set(HttpHeaders.CONTENT_RANGE, part.contentRange(size));
        var body = stored.payload().body((int) part.first(), (int) part.length());
        return Future.succeededFuture(new Reply(206, null, headers, body));
    }

    /** The stored fields on the answer to an exchange; with {@code of304} those that a 304 has (RFC 9110 §15.4.5). */
    private static MultiMap put(Exchange exchange, Stored stored, boolean of304) {
        var headers = exchange.isDetached()
                ? HeadersMultiMap.httpHeaders()
                : exchange.response().headers();
        if (!headers.isEmpty()) {
            headers.clear();
        }
        var fields = stored.head().fields();
        var lowerCase = exchange.version() == HttpVersion.HTTP_2 ? stored.lowerCase() : null;
        for (var i = 0; i < fields.size(); i += 2) {
            if (!of304 || isOf304(fields.get(i))) {
                headers.add(lowerCase == null ? fields.get(i) : lowerCase[i / 2], fields.get(i + 1));
            }
        }
        return headers;
    }

    /** The stored fields in a map of their own. */
    static MultiMap fields(Stored.Head head) {
        var headers = HeadersMultiMap.httpHeaders();
        var fields = head.fields();
        for (var i = 0; i < fields.size(); i += 2) {
            headers.add(fields.get(i), fields.get(i + 1));
        }
        return headers;
    }

    private static MultiMap finish(MultiMap headers, Told told) {
        headers.set(AGE, told.age());
        headers.add(CACHE_STATUS, told.status());
        return headers;
    }

    /** A failure that is answered with what the cache did (RFC 9211). */
    static Throwable withStatus(Throwable cause, String status) {
        return cause instanceof ProblemException failed
                ? failed.problem().with(CACHE_STATUS.toString(), status).asFailure(cause)
                : cause;
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
