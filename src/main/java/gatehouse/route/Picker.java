package gatehouse.route;

import gatehouse.exchange.RequestHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a walk through the table asks of each bucket it comes to. The walk goes on as long as the answers are null, so one
 * walk serves to find, to collect {@code Allow} and to explain.
 */
@FunctionalInterface
interface Picker<T> {
    /**
     * Looks at the entries of one host and one path shape, both of which match.
     *
     * @param bucket most specific first; may be empty
     * @return the entry that takes the request, or null
     */
    @Nullable Entry<T> pick(List<Entry<T>> bucket, RequestHead head);
}
