package gatehouse.service;

import gatehouse.config.BalanceConfig.By;
import gatehouse.config.ServiceConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that picking a target needs to know at one moment; swapped as a whole.
 *
 * @param rotation targets that take requests
 * @param byToken all targets by the token in clients' cookies
 * @param panic whether health is ignored, as too few targets are healthy for that to be believed
 * @param settled whether it stays right until somebody changes something
 * @param changesAt otherwise, when it changes by time alone, on the service's clock
 */
record Lineup(Rotation rotation, Map<String, Target> byToken, boolean panic, boolean settled, long changesAt) {
    static final Lineup EMPTY = new Lineup(Rotation.EMPTY, Map.of(), false, true, 0);

    /** Steps in which a target that starts slowly reaches its weight. */
    private static final int STEPS = 20;

    /** The line-up of these targets as they are now. */
    static Lineup of(List<Target> targets, ServiceConfig config, long now) {
        var takers = takers(targets, false);
        var healthy = healthy(takers);
        if (healthy.isEmpty()) {
            var others = takers(targets, true);
            var better = healthy(others);
            if (takers.isEmpty() || !better.isEmpty()) {
                takers = others;
                healthy = better;
            }
        }
        var panic = healthy.size() < config.health().panic().fraction() * takers.size();
        var chosen = panic ? takers : healthy;
        var weights = new double[chosen.size()];
        for (var i = 0; i < weights.length; i++) {
            weights[i] = chosen.get(i).weight() * chosen.get(i).vitals().share(now);
        }
        var rotation = Rotation.of(chosen, weights, needsRing(config) ? meanWeight(targets) : 0);
        var wait = untilNextChange(targets, config, now);
        return new Lineup(rotation, byToken(targets), panic, wait == Long.MAX_VALUE, now + wait);
    }

    /** The targets that take requests of anybody: the ordinary ones, or those that are a last choice. */
    private static List<Target> takers(List<Target> targets, boolean lastChoice) {
        var takers = new ArrayList<Target>();
        for (var target : targets) {
            if (target.takesNew() && target.isLastChoice() == lastChoice) {
                takers.add(target);
            }
        }
        return takers;
    }

    private static List<Target> healthy(List<Target> targets) {
        var healthy = new ArrayList<Target>();
        for (var target : targets) {
            if (target.healthy()) {
                healthy.add(target);
            }
        }
        return healthy;
    }

    /** Whether time has outdated it. */
    boolean stale(long now) {
        return !settled && now - changesAt >= 0;
    }

    /** The target that a client's cookie names, if it may still take that client's requests. */
    @Nullable Target bound(String token) {
        var target = byToken.get(token);
        if (target == null || target.state() == Target.State.DOWN) {
            return null;
        }
        return panic || target.healthy() ? target : null;
    }

    private static boolean needsRing(ServiceConfig config) {
        return config.balance().by() == By.HASH || config.balance().by() == By.IP_HASH;
    }

    /** Of all targets, healthy or not, so that the others keep their points on the ring when one falls sick. */
    private static double meanWeight(List<Target> targets) {
        return targets.stream()
                .mapToInt(Target::weight)
                .filter(weight -> weight > 0)
                .average()
                .orElse(1);
    }

    private static Map<String, Target> byToken(List<Target> targets) {
        var byToken = new HashMap<String, Target>();
        for (var target : targets) {
            if (!target.badge().token().isEmpty()) {
                byToken.put(target.badge().token(), target);
            }
        }
        return byToken;
    }

    private static long untilNextChange(List<Target> targets, ServiceConfig config, long now) {
        var least = Long.MAX_VALUE;
        for (var target : targets) {
            if (target.vitals().ejected()) {
                least = Math.min(least, target.vitals().ejectedUntil() - now);
            }
            if (target.vitals().rising()) {
                least = Math.min(least, config.balance().slowStart().toNanos() / STEPS);
            }
        }
        return least;
    }
}
