package gatehouse.observe;

import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * How often each collector of the Java machine has stopped everything, and for how long. Read at a scrape: to be told of each
 * collection costs half as much as a collection of the young heap does.
 */
final class GcPauses {
    private GcPauses() {}

    static void bindTo(MeterRegistry registry) {
        for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (isOfPauses(collector)) {
                FunctionTimer.builder(
                                "jvm.gc.pause",
                                collector,
                                GarbageCollectorMXBean::getCollectionCount,
                                GarbageCollectorMXBean::getCollectionTime,
                                TimeUnit.MILLISECONDS)
                        .tag("gc", collector.getName())
                        .description("Time in which a garbage collector stopped everything.")
                        .register(registry);
            }
        }
    }

    /** Collectors that work beside the rest tell the length of their cycles as one of their own. */
    private static boolean isOfPauses(GarbageCollectorMXBean collector) {
        return !collector.getName().endsWith("Cycles");
    }
}
