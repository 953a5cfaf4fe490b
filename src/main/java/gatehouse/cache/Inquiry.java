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
    private boolean isAboutStored;

    /**
     * The request of a trip.
     *
     * @param isForOne whether its answer is its client's own: then the service may confirm that client's copy
     */
    Inquiry(Shelf.Trip trip, boolean isForOne) {
        this.trip = trip;
        detached =
                trip.exchange().detached(HttpMethod.GET, fields(trip.exchange().headers(), isForOne));
    }

    /** The request's fields without those about a part of it, and about its client's copy (RFC 9111 §4.3.1). */
    private static MultiMap fields(MultiMap request, boolean isForOne) {
        var fields = HttpHeaders.headers().addAll(request);
        if (!isForOne) {
            fields.remove(HttpHeaders.IF_NONE_MATCH).remove(HttpHeaders.IF_MODIFIED_SINCE);
        }
        return fields.remove("if-range").remove("range").remove(ResponseCache.DEBUG);
    }

    /** Asks whether what is stored is still good. */
    void about(Stored.Head head) {
        isAboutStored = head.etag() != null || head.lastModified() != null;
        if (head.etag() != null) {
            detached.headers().set(HttpHeaders.IF_NONE_MATCH, head.etag());
        }
        if (head.lastModified() != null) {
            detached.headers().set(HttpHeaders.IF_MODIFIED_SINCE, head.lastModified());
        }
    }

    /** Asks for all of it. */
    void aboutNothing() {
        isAboutStored = false;
        detached.headers().remove(HttpHeaders.IF_NONE_MATCH).remove(HttpHeaders.IF_MODIFIED_SINCE);
    }

    /** Whether it asks if what is stored is still good. */
    boolean isAboutStored() {
        return isAboutStored;
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
        drop(reply.body());
    }

    private void drop(Reply.Body body) {
        detached.answerInto(Nowhere.INSTANCE);
        if (body.length() >= 0 && body.length() <= Nowhere.MOST) {
            var unused = body.sendTo(detached);
        } else {
            body.cancel();
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
                if (client.isHead()) { // answered by a GET, as it might have been stored
                    drop(body);
                    return client.outflow().end();
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
