package gatehouse.service;

import gatehouse.config.ServiceConfig;
import gatehouse.config.TargetUrl;
import gatehouse.tls.ClientTls;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a service does by itself, from its start to its end: it finds out where its targets are, by names or by the registry, and
 * whether they are well, and notices what changes by time alone. Thread-safe.
 */
final class Upkeep {
    private final Vertx vertx;
    private final Context context;
    private final ServiceConfig config;
    private final @Nullable ClientTls tls;
    private final Roster roster;
    private final Names names;
    private final HealthNews news;
    private final @Nullable Followed followed;
    private final Promise<Void> ready = Promise.promise();

    /** These three are confined to the context. */
    private @Nullable Probes probes;

    private long timer = -1;
    private boolean closed;

    Upkeep(
            Means means,
            String name,
            ServiceConfig config,
            @Nullable ClientTls tls,
            Stickiness stickiness,
            @Nullable Followed followed) {
        this.vertx = means.vertx();
        this.context = means.context();
        this.config = config;
        this.tls = tls;
        this.news = new HealthNews(vertx, name, config.health().panic());
        this.roster = new Roster(name, config, stickiness, means.nanoTime(), new Changes());
        this.names = new Names(name, means, roster, config.resolve(), followed);
        this.followed = followed;
    }

    /** The targets as they are known. */
    Roster roster() {
        return roster;
    }

    /** Completes after the first attempt to resolve each name, whether or not it went well; never fails. */
    Future<Void> ready() {
        return ready.future();
    }

    /** Begins; targets that are known by address are there when it returns. */
    void begin() {
        if (followed != null) {
            roster.offer(followed.offers(), false);
        } else {
            for (var url : roster.urls()) {
                if (Names.isAddress(url.host())) {
                    roster.place(url, List.of(url.host()), false);
                }
            }
        }
        if (roster.urls().stream().allMatch(url -> Names.isAddress(url.host()))) {
            ready.complete();
        }
        context.runOnContext(go -> {
            var active = config.health().active();
            if (active != null) {
                probes = new Probes(vertx, active, config.speaksHttp2(), tls, roster);
                probes.follow(roster.targets());
            }
            names.follow(roster.urls()).onComplete(all -> ready.tryComplete());
            if (followed != null) {
                followed.begin(context, this::offered);
            }
        });
    }

    private void offered(Map<TargetUrl, Offer> offers) {
        roster.offer(offers, true);
        names.follow(roster.urls());
    }

    /** Ends; completes when no probe and no look-up begins any more. */
    Future<Void> close() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(go -> {
            closed = true;
            vertx.cancelTimer(timer);
            names.follow(Set.of());
            if (followed != null) {
                followed.end();
            }
            if (probes != null) {
                probes.close();
                probes = null;
            }
            done.complete();
        });
        return done.future();
    }

    /** Sets the timer for what changes by time alone, in case that no request comes along to notice it. */
    private void setTimer() {
        vertx.cancelTimer(timer);
        var lineup = roster.lineup();
        if (closed || lineup.settled()) {
            return;
        }
        var millis = TimeUnit.NANOSECONDS.toMillis(lineup.changesAt() - roster.now()) + 1;
        timer = vertx.setTimer(Math.max(1, millis), fired -> {
            roster.refresh();
            setTimer();
        });
    }

    private final class Changes implements Roster.Listener {
        @Override
        public void healthChanged(HealthChanged change) {
            news.healthChanged(change);
        }

        @Override
        public void panicChanged(boolean panic) {
            news.panicChanged(panic);
        }

        @Override
        public void lineupChanged() {
            if (!roster.lineup().settled()) {
                context.runOnContext(go -> setTimer());
            }
        }

        @Override
        public void targetsChanged(List<Target> targets) {
            context.runOnContext(go -> {
                if (probes != null) {
                    probes.follow(targets);
                }
            });
        }
    }
}
