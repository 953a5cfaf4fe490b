package gatehouse.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
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

    /** The limits in words that follow {@code integer}: {@code " > 0"}, {@code " from 1 to 100"}, or nothing. */
    String ofNumber() {
        if (hasLeast() && hasGreatest()) {
            return min == max ? " " + min : " from " + min + " to " + max;
        }
        if (hasLeast()) {
            return min == 1 ? " > 0" : " >= " + min;
        }
        return hasGreatest() ? " <= " + max : "";
    }

    /** The limits in words that follow what is never negative: {@code ", at least 1s"}, or nothing. */
    String ofMeasure(LongFunction<String> show) {
        var least = !hasLeast() || min <= 0 ? "" : min == 1 ? ", more than 0" : ", at least " + show.apply(min);
        return least + (hasGreatest() ? ", at most " + show.apply(max) : "");
    }

    /** The limits as the schema of a number says them. */
    ObjectNode putInto(ObjectNode schema) {
        if (hasLeast()) {
            schema.put("minimum", min);
        }
        return hasGreatest() ? schema.put("maximum", max) : schema;
    }

    private boolean hasLeast() {
        return min != Long.MIN_VALUE && min != Integer.MIN_VALUE;
    }

    private boolean hasGreatest() {
        return max != Long.MAX_VALUE && max != Integer.MAX_VALUE;
    }
}
