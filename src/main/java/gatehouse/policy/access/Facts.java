package gatehouse.policy.access;

import dev.cel.runtime.CelVariableResolver;
import gatehouse.exchange.Identity;
import gatehouse.exchange.RequestHead;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an expression may ask of a request, made when it asks. */
final class Facts implements CelVariableResolver {
    private final RequestHead request;
    private final Identity identity;
    private @Nullable Object claims; // once they were asked for

    Facts(RequestHead request, Identity identity) {
        this.request = request;
        this.identity = identity;
    }

    @Override
    public Optional<Object> find(String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "claims" -> claims();
                    case "groups" -> List.copyOf(identity.groups());
                    case "consumer" -> Objects.requireNonNullElse(identity.consumer(), "");
                    case "request.method" -> request.method();
                    case "request.host" -> request.host();
                    case "request.path" -> request.path();
                    case "request.query" -> Objects.requireNonNullElse(request.query(), "");
                    case "request.headers" -> new Headers(request);
                    case "client.ip" -> request.clientAddress();
                    default -> null;
                });
    }

    private @Nullable Object claims() {
        if (claims == null) {
            claims = plain(identity.claims());
        }
        return claims;
    }

    /** The language knows whole numbers of 64 bits only, and no other null than its own. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            var plain = new LinkedHashMap<Object, Object>();
            map.forEach((key, each) -> {
                var known = plain(each);
                if (known != null) {
                    plain.put(String.valueOf(key), known);
                }
            });
            return plain;
        }
        if (value instanceof List<?> list) {
            var plain = new ArrayList<Object>(list.size());
            list.forEach(each -> {
                var known = plain(each);
                if (known != null) {
                    plain.add(known);
                }
            });
            return plain;
        }
        return value instanceof Integer number ? (Object) number.longValue() : value;
    }

    /** The fields of a request by name in any case; it can be asked for one, and not be gone through. */
    private static final class Headers extends AbstractMap<String, String> {
        private final RequestHead request;

        Headers(RequestHead request) {
            this.request = request;
        }

        @Override
        public @Nullable String get(Object name) {
            return name instanceof String text ? request.header(text) : null;
        }

        @Override
        public boolean containsKey(Object name) {
            return get(name) != null;
        }

        @Override
        public Set<Entry<String, String>> entrySet() {
            return Set.of();
        }
    }
}
