package gatehouse.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.internal.PlatformDependent;

/** The direct memory that Netty keeps for bytes on their way, of which the Java machine's own figures know nothing. */
final class NettyMemory {
    private NettyMemory() {}

    static void bindTo(MeterRegistry registry) {
        Gauge.builder("gatehouse.direct.memory.bytes", () -> Math.max(0, PlatformDependent.usedDirectMemory()))
                .description("Direct memory that buffers for bytes on their way take.")
                .register(registry);
        Gauge.builder("gatehouse.direct.memory.max.bytes", PlatformDependent::maxDirectMemory)
                .description("The most that they may take.")
                .register(registry);
    }
}
