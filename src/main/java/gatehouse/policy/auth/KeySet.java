package gatehouse.policy.auth;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keys that tokens are verified with. Immutable. */
final class KeySet {
    /** No key at all: nothing can be verified. */
    static final KeySet EMPTY = new KeySet(List.of());

    private static final Logger LOG = LoggerFactory.getLogger(KeySet.class);

    /** How many keys are tried for a token that names none. */
    private static final int MOST_TRIES = 8;

    private final List<VerifyingKey> keys;

    KeySet(List<VerifyingKey> keys) {
        this.keys = List.copyOf(keys);
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    int size() {
        return keys.size();
    }

    /** Both sets. */
    KeySet and(KeySet other) {
        if (isEmpty() || other.isEmpty()) {
            return isEmpty() ? other : this;
        }
        var all = new ArrayList<>(keys);
        all.addAll(other.keys);
        return new KeySet(all);
    }

    /** Whether a key here may have signed a token. */
    boolean mayHaveSigned(Token token) {
        for (var key : keys) {
            if (key.mayHaveSigned(token)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a key here has signed a token. */
    boolean hasSigned(Token token, String text) {
        var tries = 0;
        for (var key : keys) {
            if (key.mayHaveSigned(token) && tries++ < MOST_TRIES && key.hasSigned(text)) {
                return true;
            }
        }
        return false;
    }

    /** The keys of a JSON Web Key Set; those that the library can't use are left out. */
    static KeySet of(Vertx vertx, List<Jwk> set) {
        var keys = new ArrayList<VerifyingKey>();
        for (var each : set) {
            try {
                keys.add(VerifyingKey.jwk(vertx, each.algorithm(), each.keyId(), each.members()));
            } catch (RuntimeException e) {
                LOG.warn("a key of a set can't be used: {}", e.getMessage());
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("no key that can be used");
        }
        return new KeySet(keys);
    }

    /** Whether both have the same keys. */
    boolean isSameAs(KeySet other) {
        return this == other || keys.equals(other.keys);
    }
}
