package gatehouse.policy.auth;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.util.Map;

/**
 * One key for one algorithm. The provider behind it has this key and no other, so that no token can choose what it is verified
 * with; one without any key would take unsigned tokens. Thread-safe.
 */
final class VerifyingKey {
    private final Algorithm algorithm;
    private final String keyId;
    private final JWTAuth provider;

    private VerifyingKey(Vertx vertx, Algorithm algorithm, String keyId, JWTAuthOptions key) {
        this.algorithm = algorithm;
        this.keyId = keyId;
        // times are checked by us: the library takes a token without exp
        provider = JWTAuth.create(vertx, key.setJWTOptions(new JWTOptions().setIgnoreExpiration(true)));
    }

    /** A secret. */
    static VerifyingKey secret(Vertx vertx, Algorithm algorithm, String keyId, String secret) {
        var options = new PubSecKeyOptions().setAlgorithm(algorithm.text()).setBuffer(secret);
        return new VerifyingKey(vertx, algorithm, keyId, new JWTAuthOptions().addPubSecKey(options));
    }

    /** A public key. */
    static VerifyingKey pem(Vertx vertx, Algorithm algorithm, String keyId, String pem) {
        var options = new PubSecKeyOptions().setAlgorithm(algorithm.text()).setBuffer(pem);
        return new VerifyingKey(vertx, algorithm, keyId, new JWTAuthOptions().addPubSecKey(options));
    }

    /**
     * A key of a set.
     *
     * @param members just those that make the key
     * @throws RuntimeException where they make none
     */
    static VerifyingKey jwk(Vertx vertx, Algorithm algorithm, String keyId, Map<String, Object> members) {
        var json = new JsonObject();
        members.forEach(json::put);
        json.put("alg", algorithm.text());
        var key = new VerifyingKey(vertx, algorithm, keyId, new JWTAuthOptions().addJwk(json));
        key.proveItIsThere();
        return key;
    }

    /** The library passes over a key that it can't use, and would be left without one. */
    private void proveItIsThere() {
        var unsigned = "eyJhbGciOiJub25lIn0.e30";
        if (provider.authenticate(new TokenCredentials(unsigned)).succeeded()) {
            throw new IllegalArgumentException("not a key that can be used");
        }
    }

    Algorithm algorithm() {
        return algorithm;
    }

    /** Its {@code kid}; empty where it has none. */
    String keyId() {
        return keyId;
    }

    /** Whether it may have signed a token that names this {@code kid}, or none. */
    boolean mayHaveSigned(Token token) {
        return algorithm == token.algorithm()
                && (keyId.isEmpty() || token.keyId().isEmpty() || keyId.equals(token.keyId()));
    }

    /** Whether it has signed a token. Some 30 µs for RSA, some hundred for curves: less than going elsewhere for it. */
    boolean hasSigned(String token) {
        Future<?> answer = provider.authenticate(new TokenCredentials(token));
        return answer.succeeded();
    }
}
