package gatehouse.launch;

import gatehouse.policy.auth.SharedRevocations;
import gatehouse.snapshot.Blueprint;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** In which order a node begins and ends. */
final class Lifecycle {
    /** What is under way so shortly before the end of the grace will be cut by it. */
    private static final Duration BEFORE_CUT = Duration.ofMillis(10);

    /** What is changed just now may bind a port that has to be closed with the others. */
    private static final long SETTLE_SECONDS = 2;

    private final NodeParts parts;
    private final Deployments deployments;
    private final Installer installer;
    private volatile boolean ready;

    Lifecycle(NodeParts parts, Deployments deployments, Installer installer) {
        this.parts = parts;
        this.deployments = deployments;
        this.installer = installer;
    }

    /** Whether every listener is bound and the node is not ending. */
    boolean isReady() {
        return ready;
    }

    /** Completes when every listener is bound and every verticle is up; where that fails, nothing is left. */
    Future<Void> begin(Blueprint blueprint, InTurn changes) {
        return deployments
                .startOthers()
                .compose(others -> learnRevocations())
                .compose(learnt -> startRegistry(blueprint))
                .compose(registered -> changes.run(() -> installer.install(blueprint)))
                .compose(installed -> parts.purges().start())
                .compose(listening -> deployments.startOwn())
                .onSuccess(started -> ready = true)
                .recover(cause -> end(Future.succeededFuture()).transform(ended -> Future.failedFuture(cause)));
    }

    private Future<Void> learnRevocations() {
        return parts.meetOthers()
                .compose(met -> parts.revocations() instanceof SharedRevocations shared
                        ? shared.begin()
                        : Future.succeededFuture());
    }

    private Future<Void> startRegistry(Blueprint blueprint) {
        installer.adoptRegistry(blueprint.config());
        return deployments.startRegistry();
    }

    /**
     * Ends the node: readiness first, then no new connections, then the exchanges under way get their time.
     *
     * @param settled completes when nothing is being changed; waited for, but not for long
     * @return completes when all is closed, with the number of requests that were cut
     */
    Future<Integer> end(Future<Void> settled) {
        ready = false;
        var drain = parts.snapshots().isEmpty()
                ? null
                : parts.snapshots().current().config().node().drain();
        var notice = drain == null ? Duration.ZERO : drain.notice();
        var grace = drain == null ? Duration.ZERO : drain.http();
        var streams = drain == null ? Duration.ZERO : drain.tcp();
        var webSockets = drain == null ? Duration.ZERO : drain.webSocketsEnd();
        return parts.vertx()
                .timer(Math.max(1, notice.toMillis()), TimeUnit.MILLISECONDS)
                .compose(noticed -> settled.timeout(SETTLE_SECONDS, TimeUnit.SECONDS))
                .transform(quiet -> deployments.announceEnd())
                .transform(told -> parts.sockets().announceEnd()) // who can't be told is closed all the same
                .transform(told -> Future.join(
                        closeListeners(grace, streams), parts.sockets().drained(webSockets)))
                .compose(closed -> parts.sockets().close().map(done -> closed.<Integer>resultAt(0)))
                .transform(cut -> deployments
                        .stop()
                        .transform(stopped -> parts.purges().stop())
                        .transform(stopped -> parts.cache().unshare())
                        .transform(given -> parts.close())
                        .transform(closed -> Future.succeededFuture(cut.succeeded() ? cut.result() : 0)));
    }

    /** Completes with the number of requests that were under way when the grace was over. */
    private Future<Integer> closeListeners(Duration grace, Duration streams) {
        var late = new AtomicInteger();
        var timer = parts.vertx()
                .setTimer(
                        Math.max(1, grace.minus(BEFORE_CUT).toMillis()),
                        over -> late.set(parts.metrics().requestsInFlight()));
        return parts.listeners().close(grace, streams).map(closed -> {
            parts.vertx().cancelTimer(timer);
            return late.get();
        });
    }
}
