package gatehouse.cache;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.streams.WriteStream;

/** The request of one fetch, which is nobody's: made of that of a client, and sent as often as it takes. Confined to one event loop. */
final class Inquiry {
    private final Shelf.Trip trip;
    private final Exchange detached;

    Inquiry(Shelf.Trip trip) {
        this.trip = trip;
        detached =
                trip.exchange().detached(HttpMethod.GET, fields(trip.exchange().headers()));
    }

    /** The request's fields without those about its client's copy, and about a part of it (RFC 9111 §4.3.1). */
    private static MultiMap fields(MultiMap request) {
        return HttpHeaders.headers()
                .addAll(request)
                .remove(HttpHeaders.IF_NONE_MATCH)
                .remove(HttpHeaders.IF_MODIFIED_SINCE)
                .remove("if-range")
                .remove("range")
                .remove(ResponseCache.DEBUG);
    }

    /** Asks whether what is stored is still good. */
    void about(Stored.Head head) {
        if (head.etag() != null) {
            detached.headers().set(HttpHeaders.IF_NONE_MATCH, head.etag());
        }
        if (head.lastModified() != null) {
            detached.headers().set(HttpHeaders.IF_MODIFIED_SINCE, head.lastModified());
        }
    }

    /** Asks for all of it. */
    void aboutNothing() {
        detached.headers().remove(HttpHeaders.IF_NONE_MATCH).remove(HttpHeaders.IF_MODIFIED_SINCE);
    }

    Future<Reply> ask() {
        try {
            return trip.upstream().ask(detached);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    /** Its client, where there is one, is told who has answered. */
    void tellWhoServed() {
        if (!trip.isBehind()) {
            trip.exchange().servedBy(detached);
        }
    }

    /** What is answered from now on goes there. */
    void answerInto(WriteStream<Buffer> sink) {
        detached.answerInto(sink);
    }

    /** Nobody wants the rest. */
    void giveUp() {
        detached.clientLeft();
    }

    /** Begins to send a body; one that throws fails like one that breaks off, as somebody waits for it. */
    Future<Void> send(Reply.Body body) {
        return Future.succeededFuture(body).compose(given -> given.sendTo(detached));
    }

    /** Nobody wants a reply; a short one is read, so that its connection can be used again. */
    void drop(Reply reply) {
        detached.answerInto(Nowhere.INSTANCE);
        if (reply.body().length() >= 0 && reply.body().length() <= Nowhere.MOST) {
            var unused = reply.body().sendTo(detached);
        } else {
            reply.cancel();
        }
    }

    /** A body that goes to a client alone. */
    Reply.Body toClient(Reply.Body body) {
        return new Reply.Body() {
            @Override
            public Future<Void> sendTo(Exchange client) {
                if (client.clientGone()) {
                    body.cancel();
                    return Future.failedFuture(Fill.GONE.asFailure());
                }
                detached.answerTo(client);
                return body.sendTo(detached);
            }

            @Override
            public void cancel() {
                body.cancel();
            }

            @Override
            public long length() {
                return body.length();
            }
        };
    }
}
