package gatehouse.cache;

import java.util.List;

/**
 * How long a response counts, as the rules of RFC 9111 and the terms of its route make it.
 *
 * @param initialAgeNanos how old it was when it came (§4.2.3)
 * @param freshNanos how long it is fresh, counted from its making
 * @param revalidateNanos how long after that it is served while it is fetched anew (RFC 5861 §3)
 * @param errorNanos how long after that it is served while its service fails (RFC 5861 §4)
 * @param always whether it is not used without asking its service, fresh or not ({@code no-cache})
 * @param strict whether a client can't ask for it when it is stale ({@code must-revalidate} and its kin)
 * @param hidden names of fields, in lower case, that are not stored
 */
record Lifetime(
        long initialAgeNanos,
        long freshNanos,
        long revalidateNanos,
        long errorNanos,
        boolean always,
        boolean strict,
        List<String> hidden) {
    /** Of a response that is for who asked for it and is not stored. */
    static final Lifetime OF_ONE = new Lifetime(0, -1, 0, 0, true, true, List.of());

    /** Whether it may be the answer to others who wait for it. */
    boolean isShareable() {
        return !always && freshNanos > initialAgeNanos;
    }

    /** Whether it is stored. */
    boolean isStored() {
        return freshNanos >= 0;
    }
}
