package gatehouse.policy.ratelimit;

import gatehouse.cluster.Guard;
import gatehouse.cluster.Ledger;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other nodes as limits see them; one for all limits of a node that have the same patience. The first question that is not answered in
 * that time is the last; from then on one is asked each second, to find out whether somebody answers. Thread-safe.
 */
final class Peers {
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

    /** Most questions under way, as each may hold a thread while nobody answers. */
    private static final int MOST_ASKED = 8;

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final Ledger ledger;
    private final Guard guard;
    private final Duration patience;
    private final Semaphore places = new Semaphore(MOST_ASKED);
    private final Queue<Promise<Void>> line = new ConcurrentLinkedQueue<>();

    /**
     * @param patience how long an answer is waited for
     */
    Peers(Vertx vertx, Ledger ledger, LongSupplier nanoTime, Duration patience) {
        this.vertx = vertx;
        this.ledger = ledger;
        this.patience = patience;
        guard = new Guard(vertx, nanoTime, new Guard.Terms(patience, 1, 1, PAUSE), new Guard.Watcher() {
            @Override
            public void lost(String why) {
                LOG.warn("limits: the other nodes can't be asked, this one counts for its share: {}", why);
            }

            @Override
            public void back() {
                LOG.info("limits: the other nodes answer again");
            }
        });
    }

    /** How many nodes there are, this one too. */
    int nodes() {
        return ledger.nodes();
    }

    /** The key that callers are hashed under; seldom another one. */
    Ledger.Key key() {
        return ledger.key();
    }

    /** How long an answer is waited for. */
    Duration patience() {
        return patience;
    }

    /** The accounts of one limit. */
    Quota quota(String name, Limit limit) {
        var terms = new Ledger.Terms(limit.cost(), limit.most());
        return (caller, spent, want) -> ledger.lend(name + '/' + Long.toHexString(caller), terms, spent, want);
    }

    /** Whether nobody answers, so that this node counts for its share. */
    boolean isAlone() {
        return !guard.isOpen();
    }

    /** Whether another question may be asked now; who may asks it, or leaves. */
    boolean mayAsk() {
        return guard.mayAsk() && places.tryAcquire();
    }

    /** Asks; completes on the context of the caller, and never later than there is patience. */
    <T> Future<T> ask(Supplier<Future<T>> question) {
        return guard.ask(question).onComplete(end -> {
            leave();
            if (end.failed()) {
                dissolve();
            }
        });
    }

    /** Somebody else may ask instead. */
    void leave() {
        do {
            var next = line.poll();
            if (next != null) {
                next.complete();
                return;
            }
            places.release();
        } while (!line.isEmpty() && places.tryAcquire()); // somebody came in between
    }

    /** Nobody will be answered. */
    private void dissolve() {
        for (var next = line.poll(); next != null; next = line.poll()) {
            next.fail("nobody answers");
        }
    }

    /** Completes, on any thread, when a question may be asked; fails when that takes longer than there is patience. */
    Future<Void> place() {
        Promise<Void> promise = Promise.promise();
        var timer = vertx.setTimer(Math.max(1, patience.toMillis()), over -> {
            if (line.remove(promise)) {
                promise.fail("the line is too long");
            }
        });
        line.add(promise);
        if (places.tryAcquire()) {
            leave();
        }
        return promise.future().onComplete(end -> vertx.cancelTimer(timer));
    }
}
