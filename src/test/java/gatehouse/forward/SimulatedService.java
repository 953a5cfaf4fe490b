package gatehouse.forward;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/** A service with so many places and a queue before them, asked at random times through an {@link AdaptiveLimit}. */
final class SimulatedService {
    private static final double SECOND = 1e9;

    private final AdaptiveLimit limit;
    private final Random random;
    private final PriorityQueue<double[]> answers = new PriorityQueue<>((a, b) -> Double.compare(a[0], b[0]));
    private final PriorityQueue<Double> free = new PriorityQueue<>();
    private int places;
    private ToDoubleFunction<Random> takes = any -> 0;
    private double slowness = 1;
    private double now;

    SimulatedService(int places, long seed) {
        this(places, seed, new AdaptiveLimit(20, 1000, 0));
    }

    SimulatedService(int places, long seed, AdaptiveLimit limit) {
        this.limit = limit;
        this.random = new Random(seed);
        this.places = places;
    }

    /** Seconds that one request takes. */
    SimulatedService taking(ToDoubleFunction<Random> seconds) {
        takes = seconds;
        return this;
    }

    /** From now on everything takes so many times as long. */
    SimulatedService slowedBy(double factor) {
        slowness = factor;
        return this;
    }

    void places(int more) {
        places = more;
    }

    int limit() {
        return limit.limit();
    }

    /** So many requests time out within 100 ms. */
    void lose(int requests) {
        now += 0.1;
        for (var i = 0; i < requests; i++) {
            limit.lost((long) (now * SECOND));
        }
    }

    /** What came of a phase; times in seconds. */
    record Phase(double perSecond, double refusedShare, double meanLimit, int leastLimit, double slowest99) {}

    /** Requests come at random, {@code perSecond} on average, for so many seconds. */
    Phase load(double perSecond, double seconds) {
        var end = now + seconds;
        var next = now;
        var offered = 0;
        var refused = 0;
        var limits = 0.0;
        var leastLimit = Integer.MAX_VALUE;
        List<Double> times = new ArrayList<>();
        while (true) {
            next += -Math.log(1 - random.nextDouble()) / perSecond;
            answer(Math.min(next, end), times);
            if (next >= end) {
                break;
            }
            now = next;
            offered++;
            limits += limit.limit();
            leastLimit = Math.min(leastLimit, limit.limit());
            if (answers.size() >= limit.limit()) {
                refused++;
            } else {
                ask();
            }
        }
        now = end;
        Collections.sort(times);
        var slow = times.isEmpty() ? 0 : times.get((int) (times.size() * 0.99));
        return new Phase(times.size() / seconds, (double) refused / offered, limits / offered, leastLimit, slow);
    }

    private void ask() {
        while (!free.isEmpty() && free.peek() <= now) {
            free.poll();
        }
        var begin = now;
        if (free.size() >= places) {
            begin = free.poll();
        }
        var end = begin + takes.applyAsDouble(random) * slowness;
        free.add(end);
        answers.add(new double[] {end, now});
    }

    private void answer(double until, List<Double> times) {
        while (!answers.isEmpty() && answers.peek()[0] <= until) {
            var inFlight = answers.size();
            var answer = answers.poll();
            limit.answered((long) (answer[1] * SECOND), (long) (answer[0] * SECOND), inFlight);
            times.add(answer[0] - answer[1]);
        }
    }
}
