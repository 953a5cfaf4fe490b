package gatehouse.refresh;

import gatehouse.bus.Topic;
import gatehouse.cache.Purge;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * @param id tells this purge from others, so that who hears of it twice carries it out once
 */
public record PurgeTold(
        @Nullable List<String> tags,
        @Nullable List<String> urls,
        @Nullable String prefix,
        @Nullable Boolean all,
        @Nullable Boolean soft,
        @Nullable String id) {
    /** Where it is told, on all nodes. */
    public static final Topic<PurgeTold> TOPIC = Topic.of("gatehouse.cache.purge", PurgeTold.class);

    static PurgeTold of(Purge purge, String id) {
        return new PurgeTold(purge.tags(), purge.urls(), purge.prefix(), purge.all(), purge.soft(), id);
    }

    /** From the fields of a question; fields of another kind are as if they were not there. */
    static PurgeTold from(Map<String, Object> fields) {
        return new PurgeTold(
                texts(fields.get("tags")),
                texts(fields.get("urls")),
                fields.get("prefix") instanceof String prefix ? prefix : null,
                Boolean.TRUE.equals(fields.get("all")),
                Boolean.TRUE.equals(fields.get("soft")),
                fields.get("id") instanceof String id ? id : null);
    }

    private static @Nullable List<String> texts(@Nullable Object list) {
        return list instanceof List<?> given
                ? given.stream().map(String::valueOf).toList()
                : null;
    }

    Map<String, Object> fields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("tags", Objects.requireNonNullElse(tags, List.of()));
        fields.put("urls", Objects.requireNonNullElse(urls, List.of()));
        if (prefix != null) {
            fields.put("prefix", prefix);
        }
        fields.put("all", Boolean.TRUE.equals(all));
        fields.put("soft", Boolean.TRUE.equals(soft));
        if (id != null) {
            fields.put("id", id);
        }
        return fields;
    }

    Purge toPurge() {
        return new Purge(
                Objects.requireNonNullElse(tags, List.of()),
                Objects.requireNonNullElse(urls, List.of()),
                prefix,
                Boolean.TRUE.equals(all),
                Boolean.TRUE.equals(soft));
    }
}
