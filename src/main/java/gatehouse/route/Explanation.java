package gatehouse.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which route takes a request, and why each other does not.
 *
 * @param winner name of the route, or null where none matches
 * @param allow value of {@code Allow} where the method alone is what keeps every route away, otherwise null
 * @param lost all other routes, most specific first, then those of other listeners
 */
public record Explanation(@Nullable String winner, @Nullable String allow, List<Lost> lost) {
    /** Copies the list. */
    public Explanation {
        lost = List.copyOf(lost);
    }

    /**
     * A route that did not win.
     *
     * @param route its name
     * @param why the reason, such as {@code method PUT is not one of [GET, POST]}
     */
    public record Lost(String route, String why) {}
}
