package gatehouse.policy.auth;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes tokens to try a configuration with. The gateway itself issues none. */
public final class Minting {
    private static final int SHORTEST_SECRET = 32;

    private final Algorithm algorithm;
    private final PubSecKeyOptions key;

    private Minting(Algorithm algorithm, String key) {
        this.algorithm = algorithm;
        this.key = new PubSecKeyOptions().setAlgorithm(algorithm.text()).setBuffer(key);
    }

    /**
     * With a secret.
     *
     * @param algorithm its name; null for the usual one
     * @throws IllegalArgumentException what is wrong
     */
    public static Minting withSecret(String secret, @Nullable String algorithm) {
        if (secret.getBytes(StandardCharsets.UTF_8).length < SHORTEST_SECRET) {
            throw new IllegalArgumentException("the secret has less than " + SHORTEST_SECRET + " bytes");
        }
        return new Minting(algorithm("oct", algorithm), secret);
    }

    /**
     * With a private key in a PEM file.
     *
     * @param algorithm its name; null for the usual one of such a key
     * @throws IllegalArgumentException what is wrong
     */
    public static Minting withKey(byte[] pem, @Nullable String algorithm) {
        var key = PemKey.readPrivate(pem);
        return new Minting(algorithm(key.family(), algorithm), key.text());
    }

    private static Algorithm algorithm(String family, @Nullable String name) {
        var algorithm = name == null ? Algorithm.usual(family) : Algorithm.of(name);
        if (algorithm == null || !algorithm.family().equals(family)) {
            throw new IllegalArgumentException(
                    name + " is no algorithm for " + (family.equals("oct") ? "a secret" : "a key of " + family));
        }
        return algorithm;
    }

    /** With this {@code kid}. */
    public Minting named(String keyId) {
        key.setId(keyId);
        return this;
    }

    /** A token that says this. */
    public String token(Vertx vertx, Map<String, Object> claims) {
        var options = new JWTOptions().setAlgorithm(algorithm.text()).setNoTimestamp(true);
        return Objects.requireNonNull(JWTAuth.create(vertx, new JWTAuthOptions().addPubSecKey(key)))
                .generateToken(new JsonObject(new java.util.LinkedHashMap<>(claims)), options);
    }
}
