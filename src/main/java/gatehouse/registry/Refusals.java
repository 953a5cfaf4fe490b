package gatehouse.registry;

import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import java.util.Map;

/** What the registry says when it does not do what it is asked. */
final class Refusals {
    private Refusals() {}

    static ProblemException field(String field, String why) {
        return Problem.unprocessable("The field " + field + " " + why + ".").asFailure();
    }

    static ProblemException unknown() {
        return Problem.notFound("There is no instance of this name; it has to register first.")
                .asFailure();
    }

    static ProblemException owned() {
        return Problem.conflict("The instance was registered with another token, and only that one may change it.")
                .asFailure();
    }

    static ProblemException fenced(long lease) {
        return Problem.conflict("The name was given anew since, with the lease " + lease + ".")
                .asFailure();
    }

    static ProblemException full(String what, int most) {
        return quota("There may be " + most + " instances " + what + ", and there are.", Map.of());
    }

    static ProblemException tooFast(String what, int perSecond) {
        return quota("One token may do " + perSecond + " " + what + " per second.", Map.of("Retry-After", "1"));
    }

    private static ProblemException quota(String detail, Map<String, String> headers) {
        return new Problem("quota", 429, "A quota of the registry is used up", detail, Origin.CLIENT, headers, false)
                .asFailure();
    }
}
