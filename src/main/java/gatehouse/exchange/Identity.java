package gatehouse.exchange;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, as far as the route's {@code auth} has found out. Immutable. Policies that stand behind it read
 * {@link Exchange#identity()}, which is {@link #NOBODY} until then and on routes that ask nobody.
 *
 * @param consumer name of the consumer; null where nobody is known, or somebody without a name
 * @param groups groups that the consumer is in
 * @param claims what is told of the caller, as JSON reads: text, numbers, booleans, lists and maps by name
 */
public record Identity(@Nullable String consumer, Set<String> groups, Map<String, Object> claims) {
    /** Nobody has said who calls. */
    public static final Identity NOBODY = new Identity(null, Set.of(), Map.of());

    private static final String TLS = "tls";

    /** Copies groups and claims. Maps and lists inside the claims are taken as they are: nobody may change them. */
    public Identity {
        groups = Set.copyOf(groups);
        claims = claims.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(claims));
    }

    /**
     * This one, with the claims of a certificate besides, under {@code tls}.
     *
     * @param certificate empty where none was shown
     */
    public Identity showing(Map<String, Object> certificate) {
        return with(this, certificate);
    }

    /**
     * Somebody with the claims of a certificate besides, under {@code tls}, where no other word counts.
     *
     * @param certificate empty where none was shown
     */
    static Identity with(Identity found, Map<String, Object> certificate) {
        if (certificate.isEmpty() && !claimsCertificate(found)) {
            return found;
        }
        var claims = new LinkedHashMap<>(found.claims);
        claims.keySet().removeIf(Identity::isOfCertificate);
        if (!certificate.isEmpty()) {
            claims.put(TLS, certificate);
        }
        return new Identity(found.consumer, found.groups, claims);
    }

    private static boolean claimsCertificate(Identity found) {
        for (var name : found.claims.keySet()) {
            if (isOfCertificate(name)) {
                return true;
            }
        }
        return false;
    }

    /** A name with a dot would be found before what {@code tls} has. */
    private static boolean isOfCertificate(String name) {
        return name.startsWith(TLS) && (name.length() == TLS.length() || name.charAt(TLS.length()) == '.');
    }

    /**
     * A claim, or null where there is none.
     *
     * @param path the claim's name as it is; where there is none of it, a path with dots, such as {@code realm.roles}
     */
    public @Nullable Object claim(String path) {
        var whole = claims.get(path);
        return whole != null || path.indexOf('.') < 0 ? whole : nested(claims, path);
    }

    private static @Nullable Object nested(Map<?, ?> map, String path) {
        var dot = path.indexOf('.');
        if (dot < 0) {
            return map.get(path);
        }
        return map.get(path.substring(0, dot)) instanceof Map<?, ?> below
                ? nested(below, path.substring(dot + 1))
                : null;
    }

    /** A claim that is one text, number or boolean, as text; null for any other and where there is none. */
    public @Nullable String claimText(String path) {
        return text(claim(path));
    }

    private static @Nullable String text(@Nullable Object value) {
        return value instanceof String || value instanceof Number || value instanceof Boolean ? value.toString() : null;
    }

    /**
     * Whether a claim is this text, or a list that has it. Case counts, numbers and booleans are compared as they are
     * written, and a text with blanks in it is one text, except {@code scope} and {@code scp}, which are lists (RFC 8693
     * §4.2).
     */
    public boolean hasClaim(String path, String wanted) {
        var value = claim(path);
        if (value instanceof Collection<?> members) {
            for (var member : members) {
                if (wanted.equals(text(member))) {
                    return true;
                }
            }
            return false;
        }
        if (value instanceof String text && (path.equals("scope") || path.equals("scp"))) {
            return hasWord(text, wanted);
        }
        return wanted.equals(text(value));
    }

    private static boolean hasWord(String text, String wanted) {
        for (var at = wanted.isEmpty() ? -1 : text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
            var end = at + wanted.length();
            if ((at == 0 || text.charAt(at - 1) == ' ') && (end == text.length() || text.charAt(end) == ' ')) {
                return true;
            }
        }
        return false;
    }
}
