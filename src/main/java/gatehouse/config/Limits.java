package gatehouse.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Least and greatest value of a key. */
record Limits(long min, long max) {
    /** Anything. */
    static final Limits NONE = new Limits(Long.MIN_VALUE, Long.MAX_VALUE);

    static Limits of(@Nullable Key key) {
        return key == null ? NONE : new Limits(key.min(), key.max());
    }

    /** These limits within what a type can hold. */
    Limits within(Class<?> type) {
        return type == int.class || type == Integer.class
                ? new Limits(/* min= */ Math.max(min, Integer.MIN_VALUE), /* max= */ Math.min(max, Integer.MAX_VALUE))
                : this;
    }

    /** Whether a value lies within; what has no measure does. */
    boolean allow(Object value) {
        if (value instanceof BigDecimal number) {
            return number.compareTo(BigDecimal.valueOf(min)) >= 0 && number.compareTo(BigDecimal.valueOf(max)) <= 0;
        }
        if (value instanceof Duration duration) {
            return duration.toMillis() >= min && duration.toMillis() <= max;
        }
        return !(value instanceof Size size) || (size.bytes() >= min && size.bytes() <= max);
    }

    /** The limits in words that follow a noun: {@code " > 0"}, {@code " from 1 to 100"}, or nothing. */
    String words(LongFunction<String> show) {
        var low = min != Long.MIN_VALUE && min != Integer.MIN_VALUE;
        var high = max != Long.MAX_VALUE && max != Integer.MAX_VALUE;
        if (low && high) {
            return min == max ? " " + show.apply(min) : " from " + show.apply(min) + " to " + show.apply(max);
        }
        if (low) {
            return min == 1 ? " > " + show.apply(0) : " >= " + show.apply(min);
        }
        return high ? " <= " + show.apply(max) : "";
    }
}
