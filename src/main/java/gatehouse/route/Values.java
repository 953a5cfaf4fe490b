package gatehouse.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values that a header, parameter or cookie may have.
 *
 * @param accepted any of these
 * @param any whether {@code *} is among them: every value, as long as there is one
 */
record Values(List<String> accepted, boolean any) {
    static Values of(List<String> accepted) {
        return new Values(List.copyOf(accepted), accepted.contains("*"));
    }

    boolean allow(@Nullable String value) {
        return value != null && (any || accepted.contains(value));
    }

    /** Whether no value satisfies both. */
    boolean disjointFrom(Values other) {
        return !any && !other.any && accepted.stream().noneMatch(other.accepted::contains);
    }

    /** Whether every value that satisfies the other satisfies this. */
    boolean cover(Values other) {
        return any || (!other.any && accepted.containsAll(other.accepted));
    }

    /** As in {@code needs 1}. */
    String needed() {
        return any ? "any value" : accepted.size() == 1 ? accepted.get(0) : "one of " + accepted;
    }

    /** As written in the file. */
    @Override
    public String toString() {
        return any ? "*" : accepted.size() == 1 ? accepted.get(0) : accepted.toString();
    }
}
