package gatehouse.cache;

import gatehouse.exchange.Authority;
import gatehouse.exchange.Exchange;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which resource a response is stored for: the target URI in its normal form (RFC 9111 §2), host in lower case, no default
 * port. Where a trusted proxy named another host than the request, both count, as the service sees both.
 */
public final class Key {
    private final String scheme;
    private final String authority;
    private final String asked;
    private final String path;
    private final @Nullable String query;
    private final int hash;

    private Key(String scheme, String authority, String asked, String path, @Nullable String query) {
        this.scheme = scheme;
        this.authority = authority;
        this.asked = asked;
        this.path = path;
        this.query = query;
        var sum = scheme.hashCode();
        sum = 31 * sum + authority.hashCode();
        sum = 31 * sum + asked.hashCode();
        sum = 31 * sum + path.hashCode();
        hash = 31 * sum + (query == null ? 0 : query.hashCode());
    }

    /** What an exchange asks for. */
    public static Key of(Exchange exchange) {
        var caller = exchange.caller();
        var scheme = caller.scheme();
        var own = Authority.normal(scheme, exchange.host(), exchange.authority());
        var named = caller.host();
        return named == null
                ? new Key(scheme, own, "", exchange.path(), exchange.query())
                : new Key(scheme, normal(scheme, named), own, exchange.path(), exchange.query());
    }

    /** Of its parts; null where they are not those of a key. */
    static @Nullable Key of(List<?> parts) {
        for (var i = 0; i < parts.size(); i++) {
            if (!(parts.get(i) instanceof String) && (i < 4 || parts.get(i) != null)) {
                return null;
            }
        }
        return parts.size() != 5
                ? null
                : new Key(
                        (String) parts.get(0),
                        (String) parts.get(1),
                        (String) parts.get(2),
                        (String) parts.get(3),
                        (String) parts.get(4));
    }

    /** Another resource of the same origin. */
    Key sibling(String otherPath, @Nullable String otherQuery) {
        return new Key(scheme, authority, asked, otherPath, otherQuery);
    }

    /** An authority in lower case and without a default port. */
    static String normal(String scheme, String authority) {
        var lower = authority.toLowerCase(java.util.Locale.ROOT);
        var port = lower.lastIndexOf(':');
        return port > lower.indexOf(']') && Authority.isDefaultPort(scheme, lower, port)
                ? lower.substring(0, port)
                : lower;
    }

    /** Scheme and authority: what resources of one origin share. */
    String origin() {
        return scheme + "://" + authority;
    }

    String path() {
        return path;
    }

    /** All that tells it from others. */
    List<@Nullable String> parts() {
        return Arrays.asList(scheme, authority, asked, path, query);
    }

    /** Characters of path and query. */
    int length() {
        return path.length() + (query == null ? 0 : query.length());
    }

    /** Whether its URL says all: no trusted proxy named another host. */
    boolean isPlain() {
        return asked.isEmpty();
    }

    /** The URL as clients send it. */
    public String url() {
        return origin() + path + (query == null ? "" : "?" + query);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Key key
                && hash == key.hash
                && path.equals(key.path)
                && Objects.equals(query, key.query)
                && authority.equals(key.authority)
                && scheme.equals(key.scheme)
                && asked.equals(key.asked);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return url();
    }
}
