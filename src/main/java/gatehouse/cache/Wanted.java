package gatehouse.cache;

import org.jspecify.annotations.Nullable;

/**
 * What one fetch would do with a response that nodes have in common.
 *
 * @param trip what is fetched, and for whom
 * @param known what this node has, which is not good enough; or null
 * @param now the time
 */
record Wanted(Shelf.Trip trip, @Nullable Stored known, long now) {
    /**
     * Whether it makes the fetch needless.
     *
     * @param isLater whether it was written since the fetch was thought of
     */
    boolean takes(Shared what, boolean isLater) {
        var isAsked = trip.why() == CacheStatus.Why.REQUEST; // then what there is will not do
        if (what instanceof Shared.Uncacheable mark && mark.ofSomebody() && !trip.isPersonal()) {
            return false;
        }
        if (!(what instanceof Shared.Response given)) {
            return isLater || !isAsked;
        }
        var response = given.stored();
        if (isElsewhere(response)) {
            return true;
        }
        return response.answers(trip.route(), trip.exchange().headers())
                && (isAsked
                        ? isLater && response.leftNanos(now) > 0
                        : Reuse.of(response, trip.said(), now) == Reuse.FRESH && isNewer(response));
    }

    private boolean isNewer(Stored response) {
        return known == null
                || (known.origin().number() != response.origin().number()
                        && response.leftNanos(now) > known.leftNanos(now));
    }

    /** Whether it is known now that requests are told apart, and how; what there is may be another one's. */
    boolean isElsewhere(Stored response) {
        var place = trip.place();
        return place != null
                && !trip.isBehind()
                && place.selection().equals(Selection.NONE)
                && !response.origin().selection().equals(Selection.NONE)
                && !(response.answers(trip.route(), trip.exchange().headers())
                        && Reuse.of(response, trip.said(), now) == Reuse.FRESH);
    }
}
