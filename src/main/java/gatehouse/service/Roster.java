package gatehouse.service;

import gatehouse.config.ServiceConfig;
import gatehouse.config.TargetUrl;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The targets of one service and what is known of them. Changes come from any thread and take the lock, one at a time; each
 * ends with a new {@link Lineup}. Requests read the current line-up and do not wait.
 */
final class Roster {
    /** Who is told of changes; called without the lock, on the thread that made the change. */
    interface Listener {
        /** A target became healthy, sick or ejected, or is tried again. */
        void healthChanged(HealthChanged change);

        /** Health is ignored from now on, or counts again. */
        void panicChanged(boolean panic);

        /** The line-up was made anew. */
        void lineupChanged();

        /** Targets came or went; these are there now. */
        void targetsChanged(List<Target> targets);
    }

    /** What an admin set for a target. */
    private record Wish(
            Target.@Nullable State state, @Nullable Integer weight) {}

    private final String service;
    private final ServiceConfig config;
    private final Stickiness stickiness;
    private final LongSupplier nanoTime;
    private final Listener listener;
    private final ReentrantLock lock = new ReentrantLock();

    /** What is offered, by address. Replaced as a whole under the lock. */
    private volatile Map<TargetUrl, Offer> offers = Map.of();

    /** Targets of each offered address by IP. Guarded by the lock, as are the two below. */
    private final Map<TargetUrl, Map<String, Target>> byUrl = new LinkedHashMap<>();

    /** By target id, so that they outlast a target that goes and comes back. */
    private final Map<String, Wish> wishes = new HashMap<>();

    private final List<HealthChanged> untold = new ArrayList<>();
    private volatile List<Target> targets = List.of();
    private volatile Lineup lineup = Lineup.EMPTY;

    Roster(String service, ServiceConfig config, Stickiness stickiness, LongSupplier nanoTime, Listener listener) {
        this.service = service;
        this.config = config;
        this.stickiness = stickiness;
        this.nanoTime = nanoTime;
        this.listener = listener;
        offers = configured(config);
        offers.keySet().forEach(url -> byUrl.put(url, Map.of()));
    }

    /** The configured addresses. */
    private static Map<TargetUrl, Offer> configured(ServiceConfig config) {
        var weights = new LinkedHashMap<TargetUrl, Integer>();
        config.targets().forEach(target -> weights.merge(target.url(), target.weight(), Integer::sum));
        var offers = new LinkedHashMap<TargetUrl, Offer>();
        weights.forEach((url, weight) -> offers.put(url, Offer.configured(weight)));
        return offers;
    }

    /** The line-up now; brought up to date first if time has outdated it and nobody else is at it. */
    Lineup lineup() {
        var current = lineup;
        if (current.settled() || !current.stale(now()) || lock.isLocked()) {
            return current;
        }
        refresh();
        return lineup;
    }

    /** All targets, in the order in which they are offered. */
    List<Target> targets() {
        return targets;
    }

    /** The offered addresses. */
    Set<TargetUrl> urls() {
        return offers.keySet();
    }

    /** The service's clock. */
    long now() {
        return nanoTime.getAsLong();
    }

    /**
     * Says which addresses there are from now on, and what is to be thought of them. Those that are IP addresses are targets at
     * once; names when it is said what they stand for. Targets known already keep what is known of them.
     *
     * @param slowly whether new ones begin with little of their weight
     */
    void offer(Map<TargetUrl, Offer> next, boolean slowly) {
        var before = targets;
        change(() -> {
            if (next.equals(offers)) {
                return false;
            }
            offers = Collections.unmodifiableMap(new LinkedHashMap<>(next));
            byUrl.keySet().retainAll(next.keySet());
            next.keySet().forEach(url -> {
                var placed = byUrl.get(url);
                if (placed != null) {
                    placed.values().forEach(this::grant);
                } else if (Names.isAddress(url.host())) {
                    byUrl.put(url, placed(url, List.of(url.host()), Map.of(), slowly));
                } else {
                    byUrl.put(url, Map.of());
                }
            });
            targets = placed();
            return true;
        });
        if (!before.equals(targets)) {
            listener.targetsChanged(targets);
        }
    }

    /**
     * Says which IP addresses an offered address stands for. Targets known already keep what is known of them.
     *
     * @param ips each once, in an order that is always the same
     * @param slowly whether new ones begin with little of their weight
     */
    void place(TargetUrl url, List<String> ips, boolean slowly) {
        var changed = change(() -> {
            var before = byUrl.get(url);
            if (before == null || before.keySet().equals(Set.copyOf(ips))) {
                return false;
            }
            byUrl.put(url, placed(url, ips, before, slowly));
            targets = placed();
            return true;
        });
        if (changed) {
            listener.targetsChanged(targets);
        }
    }

    /** A request to a target went well. */
    void good(Target target) {
        if (!target.vitals().good()) {
            return;
        }
        change(() -> {
            if (target.vitals().prove()) {
                tell(target, "has served again");
            }
            return false;
        });
    }

    /** A request to a target failed. */
    void failed(Target target, @Nullable String why) {
        target.failed(why);
        if (config.health().passive() == null || target.vitals().ejected()) {
            return;
        }
        change(() -> {
            if (!target.vitals().failed(now()) || !mayEject(target)) {
                return false;
            }
            target.vitals().eject(now());
            tell(target, why == null ? "failing requests" : why);
            return true;
        });
    }

    /** A probe of a target ended; {@code why} it failed is null when it was good. */
    void probed(Target target, @Nullable String why) {
        target.noteFailure(why);
        change(() -> {
            if (!target.vitals().probed(why == null, now())) {
                return false;
            }
            tell(target, why == null ? "good probes" : why);
            return true;
        });
    }

    /** Sets what an admin wants, where null leaves as is. False when there is no such target. */
    boolean set(String id, Target.@Nullable State state, @Nullable Integer weight) {
        return change(() -> {
            var found = targets.stream()
                    .filter(target -> target.id().equals(id))
                    .findFirst()
                    .orElse(null);
            if (found == null) {
                return false;
            }
            var old = wishes.getOrDefault(id, new Wish(null, null));
            var wish = new Wish(state == null ? old.state : state, weight == null ? old.weight : weight);
            wishes.put(id, wish);
            grant(found);
            return true;
        });
    }

    /** Does what is due by time alone. */
    void refresh() {
        change(() -> {
            var now = now();
            for (var target : targets) {
                if (target.vitals().comeBack(now)) {
                    tell(target, "its ejection is over");
                }
            }
            return lineup.stale(now);
        });
    }

    /** Runs one change under the lock, then tells about it without; passes on whether there was one. */
    private boolean change(BooleanSupplier change) {
        boolean changed;
        boolean panicked;
        boolean panics;
        List<HealthChanged> news;
        lock.lock();
        try {
            panicked = lineup.panic();
            changed = change.getAsBoolean();
            if (changed) {
                lineup = Lineup.of(targets, config, now());
            }
            panics = lineup.panic();
            news = List.copyOf(untold);
            untold.clear();
        } finally {
            lock.unlock();
        }
        news.forEach(listener::healthChanged);
        if (panics != panicked) {
            listener.panicChanged(panics);
        }
        if (changed) {
            listener.lineupChanged();
        }
        return changed;
    }

    private Map<String, Target> placed(TargetUrl url, List<String> ips, Map<String, Target> before, boolean slowly) {
        var after = new LinkedHashMap<String, Target>();
        var id = (url.host().indexOf(':') >= 0 ? "[" + url.host() + "]" : url.host()) + ":" + url.port();
        for (var ip : ips) {
            var badge = stickiness.badge(ips.size() == 1 ? id : id + "/" + ip);
            var known = before.get(ip);
            if (known != null) {
                known.name(badge);
            }
            after.put(ip, known == null ? newcomer(url, ip, badge, slowly) : known);
        }
        return after;
    }

    private Target newcomer(TargetUrl url, String ip, Badge badge, boolean slowly) {
        var vitals = new Vitals(config.health(), config.balance().slowStart());
        if (slowly) {
            vitals.rise(now());
        }
        var target = new Target(url, ip, badge, vitals);
        grant(target);
        return target;
    }

    /** Gives a target what is offered and what an admin wants of it; of two states the one that takes less holds. */
    private void grant(Target target) {
        var offer = offers.getOrDefault(target.url(), Offer.configured(1));
        var wish = wishes.getOrDefault(target.id(), new Wish(null, null));
        var state = wish.state == null || wish.state.compareTo(offer.state()) < 0 ? offer.state() : wish.state;
        target.set(state, wish.weight == null ? offer.weight() : wish.weight, offer.lastChoice());
    }

    private List<Target> placed() {
        return offers.keySet().stream()
                .flatMap(url -> byUrl.getOrDefault(url, Map.of()).values().stream())
                .toList();
    }

    /** Whether ejecting this one stays within the limit and leaves a healthy one. */
    private boolean mayEject(Target target) {
        var passive = config.health().passive();
        var share = passive == null ? 0 : passive.maxEjected().fraction();
        var most = share == 0 ? 0 : Math.max(1, (int) (share * targets.size() + 1e-9));
        var out = 0;
        var others = 0;
        for (var each : targets) {
            out += each.vitals().ejected() ? 1 : 0;
            others += each != target && each.takesNew() && each.healthy() ? 1 : 0;
        }
        return out < most && others > 0;
    }

    private void tell(Target target, String why) {
        untold.add(new HealthChanged(service, target.id(), target.vitals().condition(), why));
    }
}
