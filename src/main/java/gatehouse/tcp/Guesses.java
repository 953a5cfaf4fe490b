package gatehouse.tcp;

import gatehouse.config.Rate;
import gatehouse.policy.Failures;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Wrong credentials for the forward proxy. They outlive verticles and configurations. Thread-safe. */
public final class Guesses {
    private final Map<Rate, Failures> byRate = new ConcurrentHashMap<>();

    /** Those of all listeners that allow so many. */
    Failures at(Rate rate) {
        return byRate.computeIfAbsent(rate, first -> new Failures(rate, System::nanoTime));
    }
}
