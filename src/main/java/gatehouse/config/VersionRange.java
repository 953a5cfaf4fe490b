package gatehouse.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Which versions will do: {@code >=2}, {@code >=2.1 <3}, {@code 2.x} or {@code 2.1}. Conditions with blanks or commas between
 * them all have to hold. A version before a release, such as {@code 3.0.0-rc.1}, will do only where a condition names one before
 * the same release: {@code >=2} means no candidates.
 *
 * @param conditions none, for any version
 * @param text as it was written
 */
@Expects(
        value = "a version such as 2.x, or conditions such as >=2 or >=2.1 <3",
        pattern = "^((>=|<=|>|<|=)? ?v?[0-9][0-9A-Za-z.*+-]*[ ,]*)+$")
public record VersionRange(List<Condition> conditions, String text) {
    /** Any version, and an instance without one. */
    public static final VersionRange ANY = new VersionRange(List.of(), "");

    private static final List<String> OPERATORS = List.of(">=", "<=", ">", "<", "=");

    /** Copies the conditions. */
    public VersionRange {
        conditions = List.copyOf(conditions);
    }

    /**
     * One condition.
     *
     * @param operator one of {@code >= <= > < =}
     * @param version what is compared with; one of fewer numbers stands for all versions that begin so
     */
    public record Condition(String operator, Version version) {
        boolean holds(Version other) {
            var order = inside(other) ? 0 : other.compareTo(version);
            return switch (operator) {
                case ">=" -> order >= 0;
                case "<=" -> order <= 0;
                case ">" -> order > 0;
                case "<" -> order < 0;
                default -> order == 0;
            };
        }

        /** Whether the other begins with all numbers of this one: 2.1 is inside of 2. */
        private boolean inside(Version other) {
            if (!version.preRelease().isEmpty() || !other.preRelease().isEmpty()) {
                return other.compareTo(version) == 0;
            }
            for (var i = 0; i < version.numbers().size(); i++) {
                if (other.number(i) != version.number(i)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Reads conditions. */
    public static VersionRange parse(String text) {
        var conditions = new ArrayList<Condition>();
        var operator = "";
        for (var word : text.replace(',', ' ').strip().split("\\s+", -1)) {
            var found = operatorOf(word);
            var rest = word.substring(found.length());
            if (!operator.isEmpty() && !found.isEmpty()) {
                throw new IllegalArgumentException("no version behind " + operator);
            }
            operator = operator + found;
            if (!rest.isEmpty()) {
                var condition =
                        new Condition(operator.isEmpty() ? "=" : operator, Version.parse(withoutWildcard(rest)));
                conditions.add(condition);
                operator = "";
            }
        }
        if (!operator.isEmpty()) {
            throw new IllegalArgumentException("no version behind " + operator);
        }
        if (conditions.isEmpty()) {
            throw new IllegalArgumentException("no version in it");
        }
        return new VersionRange(conditions, text);
    }

    private static String operatorOf(String word) {
        for (var operator : OPERATORS) {
            if (word.startsWith(operator)) {
                return operator;
            }
        }
        return "";
    }

    /** {@code 2.x} and {@code 2.*} are {@code 2}. */
    private static String withoutWildcard(String text) {
        var shorter = text;
        while (shorter.endsWith(".x") || shorter.endsWith(".*")) {
            shorter = shorter.substring(0, shorter.length() - 2);
        }
        return shorter;
    }

    /** Whether a version will do. */
    public boolean contains(Version version) {
        if (!version.preRelease().isEmpty() && !conditions.isEmpty() && !namesPreReleaseOf(version)) {
            return false;
        }
        for (var condition : conditions) {
            if (!condition.holds(version)) {
                return false;
            }
        }
        return true;
    }

    private boolean namesPreReleaseOf(Version version) {
        for (var condition : conditions) {
            var named = condition.version;
            if (!named.preRelease().isEmpty() && named.isOfSameReleaseAs(version)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return text;
    }
}
