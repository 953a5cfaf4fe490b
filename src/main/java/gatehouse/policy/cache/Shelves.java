package gatehouse.policy.cache;

import gatehouse.cache.Shelf;
import gatehouse.exchange.RequestHead;
import gatehouse.policy.Policy;
import java.util.Collection;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the routes of a configuration store, by the URLs that they take. Thread-safe once it is filled. */
public final class Shelves {
    private volatile List<BiPredicate<RequestHead, Predicate<@Nullable Policy>>> tables = List.of();

    /**
     * Says what routes there are; once, before the first request.
     *
     * @param found for each listener, whether a test holds of the step {@code cache} of a route that takes host and path of a
     *     request; null for a route without one
     */
    public void fill(Collection<BiPredicate<RequestHead, Predicate<@Nullable Policy>>> found) {
        tables = List.copyOf(found);
    }

    /** Who stores answers for host and path of a request, on whatever listener; rather one who shares them with other nodes. */
    @Nullable Shelf at(RequestHead head) {
        var search = new Search();
        for (var table : tables) {
            if (table.test(head, search)) {
                break;
            }
        }
        return search.best;
    }

    private static final class Search implements Predicate<@Nullable Policy> {
        private @Nullable Shelf best;

        @Override
        public boolean test(@Nullable Policy step) {
            if (step instanceof Caching caching
                    && (best == null || caching.shelf().isShared())) {
                best = caching.shelf();
            }
            return best != null && best.isShared();
        }
    }
}
