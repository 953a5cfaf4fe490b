package gatehouse.registry;

import java.util.function.LongSupplier;

/**
 * The two clocks of the registry. Leases run by the first, which nobody sets; the second is for what is shown, and for numbers
 * that must not repeat after a restart.
 *
 * @param nanos such as {@link System#nanoTime}
 * @param wallMillis such as {@link System#currentTimeMillis}
 */
public record Clocks(LongSupplier nanos, LongSupplier wallMillis) {
    /** Those of the machine. */
    public static final Clocks SYSTEM = new Clocks(System::nanoTime, System::currentTimeMillis);
}
