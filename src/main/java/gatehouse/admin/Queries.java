package gatehouse.admin;

import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** What stands behind the question mark, read strictly. */
final class Queries {
    private static final int MOST_DIGITS = 18;

    private Queries() {}

    /** The value of a parameter, null where it is absent. */
    static @Nullable String one(RoutingContext context, String name) {
        var values = context.queryParam(name);
        if (values.size() > 1) {
            throw refused(name, "stands there more than once");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    static long number(String name, String text) {
        var number = wholeNumber(text);
        if (number == null) {
            throw refused(name, "is not a whole number");
        }
        return number;
    }

    /** What some digits say; null where it is not digits, or more than any number here has. */
    static @Nullable Long wholeNumber(String text) {
        var digits =
                !text.isEmpty() && text.length() <= MOST_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Long.valueOf(text) : null;
    }

    static ProblemException refused(String name, String why) {
        return Problem.badRequest("The parameter " + name + " " + why + ".").asFailure();
    }
}
