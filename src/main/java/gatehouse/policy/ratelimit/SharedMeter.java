package gatehouse.policy.ratelimit;

import gatehouse.cluster.Ledger.Lent;
import gatehouse.policy.KeyTable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A meter that draws on a quota of several nodes. A request spends what this node was lent for its caller; more is asked for beside
 * the requests before that is used up. Without it a request is let through from this node's share of the burst, and the quota is told.
 * Only where that is used up too, so that the answer would be a refusal, a request waits for the quota, and never longer than
 * {@code patience}. A quota that does not answer in that time is left alone: the share, of rate and burst, is all there is until it
 * answers one of the questions that are then asked each second, for which nobody waits.
 *
 * <p>With n nodes and a burst of b a share is b/n, and at most b/n² are lent ahead, and given back when they lie for a second. All that was
 * let through is charged to the caller's account, also beyond the limit. So over any time no more passes than the rate gives in it and twice the
 * burst: b that the account has, (n-1)b/n of the shares of nodes that have not heard of it, and b/n that are lent ahead. Thread-safe.
 */
final class SharedMeter implements Meter {
    private static final long REST = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int ROUNDS = 4;

    private final Vertx vertx;
    private final Peers peers;
    private final Quota quota;
    private final Accounts accounts;
    private final KeyTable shares;
    private final LongSupplier nanoTime;
    private final long origin;
    private final long cost;
    private final long most;
    private final long burst;
    private final long pause;

    /**
     * @param limit cost and burst of it, and how many callers are told apart
     */
    SharedMeter(Vertx vertx, Peers peers, Quota quota, Limit limit, LongSupplier nanoTime) {
        this.vertx = vertx;
        this.peers = peers;
        this.quota = quota;
        this.nanoTime = nanoTime;
        origin = nanoTime.getAsLong() - 1;
        cost = limit.cost();
        most = limit.most();
        burst = limit.burst();
        pause = Math.min(LONGEST_PAUSE, Math.max(cost, most / 8));
        accounts = new Accounts(limit.callers());
        shares = new KeyTable(limit.callers());
    }

    private long now() {
        return nanoTime.getAsLong() - origin;
    }

    @Override
    public long spend(long caller) {
        var now = now();
        var account = accounts.of(caller, now);
        if (account.take(now)) {
            if (account.isLow() && account.dryFor(now) <= 0) {
                ask(account, now);
            }
            return debt(account, now);
        }
        if (peers.isAlone()) {
            var answer = fromShare(account, now, Math.max(1, burst / peers.nodes()));
            ask(account, now);
            return answer;
        }
        var dry = account.dryFor(now);
        if (dry > 0) {
            return -dry;
        }
        var share = burst / peers.nodes();
        var answer = share == 0 ? -1 : fromShare(account, now, share);
        if (answer < 0) {
            return UNDECIDED;
        }
        ask(account, now);
        return answer;
    }

    private long debt(Account account, long now) {
        return Math.min(most, Math.max(cost, account.debt(now, cost)));
    }

    /** From what this node may let through by itself, of the burst and of the rate. */
    private long fromShare(Account account, long now, long share) {
        var dearer = cost * peers.nodes();
        var ahead = dearer * share;
        var time = shares.add(account.caller(), now, dearer, ahead);
        if (time < 0) {
            return -(-time - now - ahead);
        }
        account.advanced(now);
        return peers.isAlone() ? Math.max(cost, most - (ahead - (time - now)) / dearer * cost) : debt(account, now);
    }

    @Override
    public Future<Long> settle(long caller) {
        var now = now();
        return settle(accounts.of(caller, now), now + peers.patience().toNanos(), ROUNDS);
    }

    private Future<Long> settle(Account account, long deadline, int rounds) {
        account.waits(1);
        if (ask(account, now()) || peers.isAlone()) {
            return hear(account, deadline, rounds);
        }
        return here(peers.place()).transform(place -> {
            if (place.failed()) {
                return hear(account, deadline, 1);
            }
            if (account.begin()) {
                askNow(account, now());
            } else {
                peers.leave();
            }
            return hear(account, deadline, rounds);
        });
    }

    /** Decides when an answer has come. */
    private Future<Long> hear(Account account, long deadline, int rounds) {
        return here(account.answer()).compose(heard -> {
            account.waits(-1);
            var answer = spend(account.caller());
            if (answer != UNDECIDED) {
                return Future.succeededFuture(answer);
            }
            return rounds > 1 && now() < deadline
                    ? settle(account, deadline, rounds - 1)
                    : Future.succeededFuture(-Math.max(cost, pause));
        });
    }

    private Future<Void> here(Future<Void> elsewhere) {
        var context = vertx.getOrCreateContext();
        Promise<Void> promise = Promise.promise();
        elsewhere.onComplete(end -> context.runOnContext(here -> promise.handle(end)));
        return promise.future();
    }

    /** Asks beside the requests; false where nobody can be asked now. */
    private boolean ask(Account account, long now) {
        if (!account.begin()) {
            return true;
        }
        if (!peers.mayAsk()) {
            account.end();
            return false;
        }
        askNow(account, now);
        return true;
    }

    private void askNow(Account account, long now) {
        var isAlone = peers.isAlone();
        var spent = account.toTell();
        var want = isAlone ? 0 : account.wanted(now, cap());
        if (spent == 0 && want == 0 && !isAlone) {
            peers.leave();
            account.end();
            return;
        }
        peers.ask(() -> quota.lend(account.caller(), spent, want)).onComplete(end -> {
            if (end.succeeded()) {
                adopt(account, end.result(), want);
            } else {
                account.untold(spent, Math.max(1, burst / peers.nodes()));
            }
            account.end();
        });
    }

    /** Most that is lent ahead for one caller. */
    private long cap() {
        return burst / ((long) peers.nodes() * peers.nodes());
    }

    private void adopt(Account account, Lent lent, long want) {
        var dry = lent.debt() + cost - most;
        account.lent(lent, now(), lent.granted() < want ? Math.max(dry, pause) : dry);
        watch(account);
    }

    /** It is lent again, for the next request; a share that was used for it stays used. */
    @Override
    public void giveBack(long caller) {
        var account = accounts.of(caller, now());
        account.spared();
        watch(account);
    }

    /** What lies for a second is given back. */
    private void watch(Account account) {
        if (account.holds() && account.beginWatch()) {
            vertx.setTimer(TimeUnit.NANOSECONDS.toMillis(REST), over -> {
                account.endWatch();
                if (now() - account.usedAt() >= REST / 2) {
                    account.giveBack();
                    ask(account, now());
                } else {
                    watch(account);
                }
            });
        }
    }
}
