package gatehouse.problem;

import org.jspecify.annotations.Nullable;

/** A problem as the failure of a future. Has no stack trace of its own: a refusal is an answer, not a defect. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    ProblemException(Problem problem, @Nullable Throwable cause) {
        super(problem.name() + ": " + problem.detail(), cause, false, false);
        this.problem = problem;
    }

    /** What to answer. */
    public Problem problem() {
        return problem;
    }
}
