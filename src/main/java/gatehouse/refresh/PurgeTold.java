package gatehouse.refresh;

import gatehouse.bus.Topic;
import gatehouse.cache.Purge;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stored responses are to be forgotten; what is not given names nothing.
 *
 * @param tags tags, of routes or of responses
 * @param urls full URLs as clients send them
 * @param prefix beginning of full URLs
 * @param all whether everything is
 * @param soft whether it is made stale instead
 */
public record PurgeTold(
        @Nullable List<String> tags,
        @Nullable List<String> urls,
        @Nullable String prefix,
        @Nullable Boolean all,
        @Nullable Boolean soft) {
    /** Where it is told, on all nodes. */
    public static final Topic<PurgeTold> TOPIC = Topic.of("gatehouse.cache.purge", PurgeTold.class);

    Purge toPurge() {
        return new Purge(
                Objects.requireNonNullElse(tags, List.of()),
                Objects.requireNonNullElse(urls, List.of()),
                prefix,
                Boolean.TRUE.equals(all),
                Boolean.TRUE.equals(soft));
    }
}
