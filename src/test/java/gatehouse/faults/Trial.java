package gatehouse.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** One run of a scenario: its size, its chance, and what was measured against what was expected. */
final class Trial {
    /** In the short form other work shares the machine, so limits of time are so many times wider, and not below this. */
    private static final double SHORT_ALLOWANCE = 10;

    private static final double SHORT_LEAST_MILLIS = 3000;

    /** So early in its life a process still loads classes and fills tables that it has once. */
    private static final double SHORT_LEAST_HEAP_MIB = 12;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Scenario scenario;
    private final boolean full;
    private final long seed;
    private final Random random;
    private final long begin = System.nanoTime();
    private final Map<String, Object> numbers = new LinkedHashMap<>();
    private final Map<String, String> expected = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();
    private double seconds;

    Trial(Scenario scenario, boolean full, long seed) {
        this.scenario = scenario;
        this.full = full;
        this.seed = seed;
        random = new Random(seed);
    }

    /** Runs the scenario; a failure to come to its end is one more thing that was not as expected. */
    Trial run() {
        try {
            scenario.body().run(this);
        } catch (Exception | AssertionError e) {
            numbers.put("end", e.toString());
            expected.put("end", "reached");
            failures.add("it ended early: " + e + " at " + placeOf(e));
        }
        seconds = (System.nanoTime() - begin) / 1e9;
        return this;
    }

    private static String placeOf(Throwable failure) {
        for (var frame : failure.getStackTrace()) {
            if (frame.getClassName().endsWith("Scenarios")) {
                return frame.toString();
            }
        }
        return "?";
    }

    boolean full() {
        return full;
    }

    /** One size in the full form, another in the short one. */
    int size(int whenFull, int whenShort) {
        return full ? whenFull : whenShort;
    }

    Random random() {
        return random;
    }

    /** Something measured that is not judged. */
    void note(String name, double value) {
        numbers.put(name, round(value));
    }

    void exactly(String name, long value, long wanted) {
        judge(name, value, value == wanted, "= " + wanted);
    }

    void atMost(String name, double value, double most) {
        judge(name, value, value <= most, "<= " + round(most));
    }

    void atLeast(String name, double value, double least) {
        judge(name, value, value >= least, ">= " + round(least));
    }

    void between(String name, double value, double least, double most) {
        judge(name, value, value >= least && value <= most, round(least) + " to " + round(most));
    }

    /** A time of the machine, as against deadlines that the gateway keeps: wider in the short form. */
    void millisAtMost(String name, double value, double most) {
        atMost(name, value, full ? most : Math.max(SHORT_LEAST_MILLIS, most * SHORT_ALLOWANCE));
    }

    /** How much larger what lives in the heap has become since it was {@code before}: wider in the short form. */
    void heapGrowthAtMost(double now, double before, double most) {
        atMost("heapGrowthMib", now - before, full ? most : Math.max(SHORT_LEAST_HEAP_MIB, most));
    }

    /**
     * How much later good answers were than before, at the 99th percentile of the median second; those of all requests are
     * noted beside it.
     */
    void addedP99AtMost(String name, LoadResult before, LoadResult during, double most) {
        note(name + "P99BeforeMillis", before.punctual().p99());
        note(name + "P99DuringMillis", during.punctual().p99());
        millisAtMost(
                name + "AddedP99Millis",
                during.punctual().typicalMillis(99, LoadResult::isOk)
                        - before.punctual().typicalMillis(99, LoadResult::isOk),
                most);
    }

    /** All requests of a load were served. */
    void allServed(String name, LoadResult load) {
        note(name + "Requests", load.size());
        judge(name + "OkPercent", load.okPercent(), load.ok() == load.size(), "= 100 (" + load + ")");
        exactly(name + "Foreign", load.foreign(), 0);
    }

    /** Without a restart: at least 99 % of what comes after the fault is served. */
    void recovered(LoadResult load) {
        judge("recoveredOkPercent", load.okPercent(), load.okPercent() >= 99, ">= 99 (" + load + ")");
    }

    private void judge(String name, double value, boolean good, String wanted) {
        numbers.put(name, round(value));
        expected.put(name, wanted);
        if (!good) {
            failures.add(name + " is " + round(value) + ", expected " + wanted);
        }
    }

    private static Object round(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? (Object) (long) value
                : (Object) (Math.round(value * 1000) / 1000.0);
    }

    boolean passed() {
        return failures.isEmpty();
    }

    Scenario scenario() {
        return scenario;
    }

    double seconds() {
        return seconds;
    }

    /** What was not as expected, a line each. */
    String complaint() {
        return scenario.id() + " " + scenario.title() + ":\n  " + String.join("\n  ", failures) + "\n  " + toJson();
    }

    String toJson() {
        var line = new LinkedHashMap<String, Object>();
        line.put("id", scenario.id());
        line.put("title", scenario.title());
        line.put("pass", passed());
        line.put("numbers", numbers);
        line.put("expected", expected);
        line.put("seconds", round(Math.round(seconds * 10) / 10.0));
        line.put("seed", seed);
        try {
            return JSON.writeValueAsString(line);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until something holds; false when it does not within so long. */
    static boolean within(long millis, BooleanSupplier state) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        while (!state.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.sleep(5);
        }
        return true;
    }
}
