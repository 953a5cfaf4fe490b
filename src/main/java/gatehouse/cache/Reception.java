package gatehouse.cache;

import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.AsyncResult;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the answer to one fetch: it is stored and goes to all who wait, says that what is stored is still good, or goes to
 * who asked alone. Confined to one event loop.
 */
final class Reception {
    private final Flight flight;
    private final ResponseCache cache;
    private final Shelf.Trip trip;
    private final @Nullable Stored known;
    private final Inquiry inquiry;
    private final Deposit deposit;

    /**
     * @param known what is stored and may be confirmed, or null
     */
    Reception(
            Flight flight,
            ResponseCache cache,
            Shelf.Trip trip,
            @Nullable Stored known,
            Inquiry inquiry,
            Deposit deposit) {
        this.flight = flight;
        this.cache = cache;
        this.trip = trip;
        this.known = known;
        this.inquiry = inquiry;
        this.deposit = deposit;
    }

    /** There is an answer. */
    void came(Reply reply) {
        var stored = known;
        var status = reply.status();
        if (status == 304 && stored != null && inquiry.isAboutStored()) {
            confirmed(stored, reply);
            return;
        }
        if (status == 304) { // of the client's own copy: no word of what others get
            deposit.nothing();
            giveAway(reply);
            return;
        }
        if (status >= 500 && status <= 504 && status != 501 && flight.standsIn(status)) {
            deposit.failed(Flight.FAILED.asFailure());
            inquiry.drop(reply);
            return;
        }
        var lifetime = deposit.judge(status, reply.headers(), false);
        if (lifetime == null || reply.body().length() > cache.entryBytes()) {
            if (status >= 502 && status <= 504) {
                deposit.failed(Flight.FAILED.asFailure());
            } else {
                deposit.uncacheable(status, stored);
            }
            giveAway(reply);
            return;
        }
        collect(reply, lifetime);
    }

    /** For one alone: the answer goes to the client that began this, if it is still there. */
    private void giveAway(Reply reply) {
        var isWanted = !trip.isBehind() && !trip.exchange().clientGone();
        var isOfRequest = trip.isPersonal() || Deposit.isOfRequest(reply.status());
        if (!isWanted) {
            inquiry.drop(reply);
        }
        flight.land(new Landing.Private(isWanted ? reply : null, reply.status(), isOfRequest));
    }

    /** RFC 9111 §4.3.4. */
    private void confirmed(Stored stored, Reply reply) {
        inquiry.drop(reply);
        var etag = reply.headers().get(HttpHeaders.ETAG);
        if (etag != null && !Conditions.confirms(etag, stored.head().etag())) {
            // it speaks of another response than the stored one: then all of it is needed
            inquiry.aboutNothing();
            flight.ask();
            return;
        }
        deposit.date(reply.headers());
        var fields = Freshening.merged(stored.head(), reply.headers());
        var lifetime = deposit.judge(stored.head().status(), fields, true);
        if (lifetime == null) {
            // good for who asked, but for nobody else any more
            deposit.confirmedForOne(stored, fields);
            var own = Stored.Head.of(stored.head().status(), stored.head().reason(), fields, Lifetime.OF_ONE);
            var from = deposit.origin(stored.origin().selection(), fields);
            flight.land(new Landing.Found(new Stored(from, own, stored.payload()), 304, true));
            return;
        }
        var head = Stored.Head.of(stored.head().status(), stored.head().reason(), fields, lifetime);
        var chosen = selection(fields);
        var fresh = new Stored(deposit.origin(chosen, fields), head, stored.payload());
        var wasForMore = !chosen.equals(stored.origin().selection()); // than it is the answer to
        deposit.keep(fresh, flight::over, () -> {
            if (wasForMore) { // not before the other one is there: else somebody finds nothing
                cache.store().remove(trip.key(), stored);
            }
            flight.land(new Landing.Found(fresh, 304, true));
        });
    }

    /** What a response with these fields was chosen by. */
    private Selection selection(MultiMap fields) {
        var names = Selection.names(fields.getAll(HttpHeaders.VARY));
        return Selection.of(names == null ? List.of() : names, trip.exchange().headers());
    }

    private void collect(Reply reply, Lifetime lifetime) {
        var selection = selection(reply.headers());
        deposit.date(reply.headers());
        var head = Stored.Head.of(reply.status(), reply.reason(), reply.headers(), lifetime);
        var origin = deposit.origin(selection, reply.headers());
        var fill = new Fill(
                cache.room(),
                cache.entryBytes(),
                reply.status() == 204 ? -1 : reply.body().length(),
                ContextInternal.current(),
                payload -> deposit.keep(new Stored(origin, head, payload), flight::over, flight::over),
                inquiry::giveUp);
        if (!lifetime.isShareable()) {
            deposit.unshareable();
        }
        inquiry.answerInto(fill);
        flight.land(new Landing.Coming(head, selection, fill, reply));
        inquiry.send(reply.body()).onComplete(sent -> sent(fill, sent));
    }

    private void sent(Fill fill, AsyncResult<Void> sent) {
        if (sent.failed()) {
            fill.fail(
                    sent.cause() instanceof ProblemException told
                            ? told
                            : Problem.internal().asFailure(sent.cause()));
            deposit.nothing();
            flight.over();
        } else if (fill.isStreaming()) {
            deposit.uncacheable(200, known);
            flight.over();
        }
        fill.over();
    }
}
