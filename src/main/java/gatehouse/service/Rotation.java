package gatehouse.service;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The targets that take requests at one moment, with the weights in force and what the ways of balancing need of them,
 * worked out beforehand. Immutable; a change makes a new one.
 */
final class Rotation {
    static final Rotation EMPTY = new Rotation(new Target[0], new double[0], null);

    /** Most turns in a row of turns, unless there are more targets. */
    private static final int MOST_TURNS = 1024;

    private final Target[] targets;
    private final double[] weights;
    private final double total;
    private final int[] turns;
    private final @Nullable HashRing ring;

    private Rotation(Target[] targets, double[] weights, @Nullable HashRing ring) {
        this.targets = targets;
        this.weights = weights;
        this.total = Arrays.stream(weights).sum();
        this.turns = turns(weights, total);
        this.ring = ring;
    }

    /**
     * A rotation of these targets.
     *
     * @param weights above 0, one for each target
     * @param meanWeight what counts as an ordinary weight on the hash ring; 0 when no ring is needed
     */
    static Rotation of(List<Target> targets, double[] weights, double meanWeight) {
        if (targets.isEmpty()) {
            return EMPTY;
        }
        var ring = meanWeight > 0 ? HashRing.of(targets, weights, meanWeight) : null;
        return new Rotation(targets.toArray(new Target[0]), weights.clone(), ring);
    }

    int size() {
        return targets.length;
    }

    Target target(int index) {
        return targets[index];
    }

    double weight(int index) {
        return weights[index];
    }

    @Nullable HashRing ring() {
        return ring;
    }

    /** Index of the target whose turn it is; -1 when there is none. Any number is a turn, they repeat. */
    int turn(int number) {
        return turns.length == 0 ? -1 : turns[Math.floorMod(number, turns.length)];
    }

    /** Index of the first target from this turn on that was not tried; -1 when all were. */
    int untriedTurn(int number, List<Target> tried) {
        if (tried.isEmpty()) {
            return turn(number);
        }
        for (var i = 0; i < turns.length; i++) {
            var index = turn(number + i);
            if (!tried.contains(targets[index])) {
                return index;
            }
        }
        return -1;
    }

    /**
     * Draws a target by weight among those that were not tried.
     *
     * @param chance from 0 (inclusive) to 1 (exclusive)
     * @param except index that is not drawn either, or -1
     * @return its index, or -1 when none is left
     */
    int draw(double chance, List<Target> tried, int except) {
        var left = tried.isEmpty() && except < 0 ? total : sumWithout(tried, except);
        var point = chance * left;
        var last = -1;
        for (var i = 0; i < targets.length; i++) {
            if (i == except || (!tried.isEmpty() && tried.contains(targets[i]))) {
                continue;
            }
            last = i;
            point -= weights[i];
            if (point < 0) {
                return i;
            }
        }
        return last;
    }

    private double sumWithout(List<Target> tried, int except) {
        var sum = 0.0;
        for (var i = 0; i < targets.length; i++) {
            if (i != except && (tried.isEmpty() || !tried.contains(targets[i]))) {
                sum += weights[i];
            }
        }
        return sum;
    }

    /**
     * Deals out turns so that each target has as many as its weight and they lie as evenly as can be: the k-th of n turns
     * belongs at (k + 1/2) / n of the way.
     */
    private static int[] turns(double[] weights, double total) {
        var counts = counts(weights, total);
        var turns = new int[Arrays.stream(counts).sum()];
        var places = new double[turns.length];
        var order = new Integer[turns.length];
        var next = 0;
        for (var target = 0; target < counts.length; target++) {
            for (var k = 0; k < counts[target]; k++) {
                places[next] = (k + 0.5) / counts[target];
                turns[next] = target;
                order[next] = next;
                next++;
            }
        }
        Arrays.sort(order, (a, b) -> Double.compare(places[a], places[b]));
        return Arrays.stream(order).mapToInt(i -> turns[i]).toArray();
    }

    /** Turns of each target: exact where whole numbers do, else shares of {@link #MOST_TURNS}. */
    private static int[] counts(double[] weights, double total) {
        var divisor = commonDivisor(weights);
        if (divisor > 0 && total / divisor <= MOST_TURNS) {
            return Arrays.stream(weights)
                    .mapToInt(weight -> (int) (weight / divisor))
                    .toArray();
        }
        return Arrays.stream(weights)
                .mapToInt(weight -> (int) Math.max(1, Math.round(weight / total * MOST_TURNS)))
                .toArray();
    }

    /** The greatest number that divides all weights; 0 when not all are whole. */
    private static long commonDivisor(double[] weights) {
        var divisor = 0L;
        for (var weight : weights) {
            if (weight != Math.rint(weight)) {
                return 0;
            }
            divisor = gcd((long) weight, divisor);
        }
        return divisor;
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
