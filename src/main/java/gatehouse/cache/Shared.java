package gatehouse.cache;

import gatehouse.problem.Problem;

/** What nodes tell each other about a key by what they have in common. */
sealed interface Shared {
    /**
     * This is the response.
     *
     * @param stored the response
     */
    record Response(Stored stored) implements Shared {}

    /**
     * Responses are for one alone: nobody should wait for another one's.
     *
     * @param ofSomebody whether it is known of those only who say who they are
     */
    record Uncacheable(boolean ofSomebody) implements Shared {}

    /**
     * The service just failed.
     *
     * @param problem how
     */
    record Failure(Problem problem) implements Shared {}
}
