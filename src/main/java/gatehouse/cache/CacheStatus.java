package gatehouse.cache;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What {@code Cache-Status} says of an answer (RFC 9211).
 *
 * @param cache name of this cache
 * @param why why the request was sent on; null for a hit
 * @param status status of the answer to the request that was sent on, 0 or less for none
 * @param stored whether that answer was stored
 * @param collapsed whether it was the answer to another one's request
 * @param key what it is stored under, where the client asks to know; else null
 */
record CacheStatus(
        String cache,
        @Nullable Why why,
        int status,
        boolean stored,
        boolean collapsed,
        @Nullable String key) {
    /** Why a request was sent on (RFC 9211 §2.2). */
    enum Why {
        BYPASS("bypass"),
        METHOD("method"),
        URI_MISS("uri-miss"),
        VARY_MISS("vary-miss"),
        REQUEST("request"),
        STALE("stale"),
        PARTIAL("partial");

        private final String text;

        Why(String text) {
            this.text = text;
        }
    }

    static CacheStatus hit(String cache, @Nullable String key) {
        return new CacheStatus(cache, null, 0, false, false, key);
    }

    static CacheStatus forwarded(String cache, Why why, int status) {
        return new CacheStatus(cache, why, status, false, false, null);
    }

    CacheStatus withKey(@Nullable String shown) {
        return new CacheStatus(cache, why, status, stored, collapsed, shown);
    }

    /** The member of the list for an answer without a stored response. */
    String text() {
        return text(0);
    }

    /**
     * The member of the list.
     *
     * @param left for how many nanoseconds the response is fresh; 0 for no word about that
     */
    String text(long left) {
        var text = new StringBuilder(64).append(cache);
        if (why == null) {
            text.append("; hit");
        } else {
            text.append("; fwd=").append(why.text);
            if (status > 0) {
                text.append("; fwd-status=").append(status);
            }
        }
        if (left != 0) {
            text.append("; ttl=").append(TimeUnit.NANOSECONDS.toSeconds(left));
        }
        if (stored) {
            text.append("; stored");
        }
        if (collapsed) {
            text.append("; collapsed");
        }
        if (key != null) {
            text.append("; key=\"").append(key).append('"');
        }
        return text.toString();
    }
}
