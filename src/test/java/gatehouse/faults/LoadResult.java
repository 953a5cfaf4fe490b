package gatehouse.faults;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/**
 * What became of every request of a load, in the order of their schedule. A latency counts from the time at which the
 * request should have been sent, so that a gateway that holds up its clients does not look fast.
 *
 * @param statuses of the answers; 0 where none came, -1 where one broke off
 * @param late how much later than due the load itself came to each request: it waits for nobody, so that is its own doing
 * @param foreign complete answers that did not belong to their request
 */
record LoadResult(
        long startNanos, double rate, int[] statuses, long[] nanos, long[] late, int foreign, int connections) {
    int size() {
        return statuses.length;
    }

    int count(IntPredicate status) {
        return (int) Arrays.stream(statuses).filter(status).count();
    }

    int count(int status) {
        return count(one -> one == status);
    }

    int ok() {
        return count(LoadResult::isOk);
    }

    static boolean isOk(int status) {
        return status >= 200 && status < 300;
    }

    double okPercent() {
        return 100.0 * ok() / Math.max(1, size());
    }

    double okPerSecond() {
        return ok() / Math.max(0.001, size() / rate);
    }

    /** A percentile of the latency, in ms, of answers with such a status; 0 without any. */
    double millis(double percent, IntPredicate status) {
        var some = new long[size()];
        int count = 0;
        for (int i = 0; i < size(); i++) {
            if (status.test(statuses[i])) {
                some[count++] = nanos[i];
            }
        }
        if (count == 0) {
            return 0;
        }
        Arrays.sort(some, 0, count);
        int index = (int) Math.ceil(percent / 100 * count) - 1;
        return some[Math.max(0, index)] / 1e6;
    }

    /** The same with each latency without what the load itself was late: in coming to the request, and at most so in seeing its answer. */
    LoadResult punctual() {
        var own = new long[size()];
        Arrays.setAll(own, i -> nanos[i] - late[i]);
        return new LoadResult(startNanos, rate, statuses, own, new long[size()], foreign, connections);
    }

    /** The load itself: how late it came to its requests and may have come to their answers, in ms. */
    double ownLatenessMillis(double percent) {
        return new LoadResult(startNanos, rate, statuses, late, late, foreign, connections).millis(percent, s -> true);
    }

    /** The 99th percentile of good answers, in ms. */
    double p99() {
        return millis(99, LoadResult::isOk);
    }

    /**
     * A percentile of the latency of such answers in the median one of the seconds that have any: a machine that stands still for a
     * tenth of a second now and then, as shared ones do, decides about a second and not about all of them.
     */
    double typicalMillis(double percent, IntPredicate status) {
        var seconds = new ArrayList<Double>();
        for (int at = 0; at < size() / rate; at++) {
            var one = between(at, at + 1);
            if (one.count(status) > 0) {
                seconds.add(one.millis(percent, status));
            }
        }
        seconds.sort(null);
        return seconds.isEmpty() ? 0 : seconds.get(seconds.size() / 2);
    }

    /** The requests that were due from one to before another second of the load. */
    LoadResult between(double fromSecond, double toSecond) {
        int from = Math.min(size(), (int) (fromSecond * rate));
        int to = Math.max(from, Math.min(size(), (int) (toSecond * rate)));
        return new LoadResult(
                startNanos + (long) (fromSecond * 1e9),
                rate,
                Arrays.copyOfRange(statuses, from, to),
                Arrays.copyOfRange(nanos, from, to),
                Arrays.copyOfRange(late, from, to),
                foreign,
                connections);
    }

    /** The requests that were due from a moment of the monotonic clock on. */
    LoadResult since(long moment) {
        return between(Math.max(0, (moment - startNanos) / 1e9), size() / rate);
    }

    /** Seconds until the tenth of a second from which on at least this share of the requests was served well. */
    double secondsToRecovery(long moment, double percent) {
        double begin = Math.max(0, (moment - startNanos) / 1e9);
        double end = size() / rate;
        double recovered = end;
        for (double at = end - 0.1; at >= begin; at -= 0.1) {
            if (between(at, at + 0.1).okPercent() < percent) {
                break;
            }
            recovered = at;
        }
        return recovered - begin;
    }

    /** How many tenths of a second had fewer requests served well than this share. */
    int tenthsBelow(double percent) {
        int count = 0;
        for (double at = 0; at < size() / rate; at += 0.1) {
            count += between(at, at + 0.1).okPercent() < percent ? 1 : 0;
        }
        return count;
    }

    /** In how many of its seconds a percentile of the latency of such answers was above so many ms. */
    int secondsAbove(double percent, double most, IntPredicate status) {
        int count = 0;
        for (int at = 0; at < size() / rate; at++) {
            count += between(at, at + 1).millis(percent, status) > most ? 1 : 0;
        }
        return count;
    }

    @Override
    public String toString() {
        var counts = new TreeMap<Integer, Integer>();
        for (int status : statuses) {
            counts.merge(status, 1, Integer::sum);
        }
        return counts + " p50 " + millis(50, s -> true) + " p99 " + millis(99, s -> true) + " ms in "
                + TimeUnit.NANOSECONDS.toSeconds((long) (size() / rate * 1e9)) + " s";
    }
}
