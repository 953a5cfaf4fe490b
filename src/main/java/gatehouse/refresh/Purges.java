package gatehouse.refresh;

import gatehouse.bus.Subscription;
import gatehouse.bus.Verb;
import gatehouse.cache.Purge;
import gatehouse.cache.Purged;
import gatehouse.cluster.Cluster;
import gatehouse.cluster.Member;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets stored responses be forgotten on all nodes: each is asked to, and confirms that it has, and besides it is told to all, so that
 * one whose question or answer was lost hears of it after all. Thread-safe.
 */
public final class Purges {
    private static final int MOST_KNOWN = 256;
    private static final Logger LOG = LoggerFactory.getLogger(Purges.class);

    private final Vertx vertx;
    private final Cluster cluster;
    private final BiFunction<Purge, String, Future<Integer>> forget;
    private final Supplier<Duration> patience;
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Map<String, Future<Integer>> known = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Future<Integer>> eldest) {
            return size() > MOST_KNOWN;
        }
    };

    /**
     * Those of one node.
     *
     * @param forget carries a purge out here, by its id, which is empty where it has none; how many responses there were
     * @param patience how long another node may take to confirm
     */
    public Purges(
            Vertx vertx,
            Cluster cluster,
            BiFunction<Purge, String, Future<Integer>> forget,
            Supplier<Duration> patience) {
        this.vertx = vertx;
        this.cluster = cluster;
        this.forget = forget;
        this.patience = patience;
    }

    /** Begins to carry out what other nodes ask for, and what anybody tells. */
    public Future<Void> start() {
        subscriptions.add(at(cluster.self())
                .serveLater(vertx, fields -> carryOut(PurgeTold.from(fields)).map(count -> Map.of("purged", count))));
        subscriptions.add(PurgeTold.TOPIC.subscribe(vertx, this::told));
        return Future.all(subscriptions.stream().map(Subscription::ready).toList())
                .mapEmpty();
    }

    private static Verb at(String node) {
        return Verb.of("gatehouse.cache.purge." + node);
    }

    private void told(PurgeTold told) {
        try {
            carryOut(told).onFailure(cause -> LOG.error("cache: a purge failed", cause));
        } catch (ProblemException e) {
            LOG.warn("cache: dropped a purge: {}", e.problem().detail());
        }
    }

    /** Carries out here what another node has told in any other way, if it is not known. */
    public void hear(Purge purge, String id) {
        told(PurgeTold.of(purge, id));
    }

    /** Here, and once. */
    private Future<Integer> carryOut(PurgeTold told) {
        var purge = told.toPurge();
        var id = told.id();
        if (id == null) {
            return forget.apply(purge, "");
        }
        synchronized (known) {
            return known.computeIfAbsent(id, first -> forget.apply(purge, id));
        }
    }

    /** Forgets on all nodes; completes once each has confirmed it or was given up on. */
    public Future<Purged> purge(Purge purge) {
        var told = PurgeTold.of(purge, cluster.self() + "-" + numbers.incrementAndGet());
        var here = carryOut(told);
        var others = new ArrayList<Member>();
        var answers = new ArrayList<Future<Integer>>();
        for (var member : cluster.members()) {
            if (!member.self()) {
                others.add(member);
                answers.add(ask(member, told));
            }
        }
        PurgeTold.TOPIC.publish(vertx, told);
        return Future.join(answers.isEmpty() ? List.of(here) : answers)
                .transform(all -> here)
                .map(count -> sum(count, others, answers));
    }

    private Future<Integer> ask(Member member, PurgeTold told) {
        return at(member.id())
                .ask(vertx, told.fields(), patience.get())
                .map(fields -> fields.get("purged") instanceof Number count ? count.intValue() : 0)
                .onFailure(cause ->
                        LOG.warn("cache: {} has not confirmed a purge: {}", member.name(), cause.getMessage()));
    }

    private static Purged sum(int here, List<Member> others, List<Future<Integer>> answers) {
        var count = here;
        var unconfirmed = new ArrayList<String>();
        for (var i = 0; i < others.size(); i++) {
            var answer = answers.get(i);
            if (answer.succeeded()) {
                count += Objects.requireNonNullElse(answer.result(), 0);
            } else {
                unconfirmed.add(others.get(i).name());
            }
        }
        return new Purged(count, List.copyOf(unconfirmed));
    }

    /** Ends it. */
    public Future<Void> stop() {
        return Future.join(subscriptions.stream().map(Subscription::close).toList())
                .mapEmpty();
    }
}
