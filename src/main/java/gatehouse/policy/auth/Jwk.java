package gatehouse.policy.auth;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A key of a JSON Web Key Set (RFC 7517), read and not yet used.
 *
 * @param algorithm the one algorithm that it is for
 * @param keyId its {@code kid}; empty where it has none
 * @param members just those that make the key
 */
record Jwk(Algorithm algorithm, String keyId, Map<String, Object> members) {
    /** Most bytes of a set in a file or at a URL. */
    static final int MOST_BYTES = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Jwk.class);
    private static final int MOST_KEYS = 100;
    private static final int LEAST_RSA_BITS = 2048;
    private static final int MOST_RSA_BITS = 16384;
    private static final int LEAST_SECRET_BYTES = 32;

    /**
     * Reads a set. Keys of a kind that is not known here, for encryption, or too weak are left out, as the standard asks;
     * members that say more than the public key, certificates above all, are not looked at.
     *
     * @param secrets whether keys that are secrets are taken; a set that is public can't hold one
     * @throws IllegalArgumentException where it is no key set, or no key of it can be used
     */
    static List<Jwk> set(byte[] json, boolean secrets) {
        if (!(StrictJson.object(json).get("keys") instanceof List<?> list)) {
            throw new IllegalArgumentException("no JSON object with a list of keys");
        }
        if (list.size() > MOST_KEYS) {
            throw new IllegalArgumentException("more than " + MOST_KEYS + " keys");
        }
        var keys = new ArrayList<Jwk>();
        for (var each : list) {
            try {
                if (each instanceof Map<?, ?> jwk && isForSignatures(jwk)) {
                    keys.add(key(jwk, secrets));
                }
            } catch (IllegalArgumentException e) {
                LOG.debug("a key of a set is left out: {}", e.getMessage());
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("no key that can be used");
        }
        return List.copyOf(keys);
    }

    private static boolean isForSignatures(Map<?, ?> jwk) {
        var use = jwk.get("use");
        var operations = jwk.get("key_ops");
        return (use == null || use.equals("sig"))
                && (operations == null || (operations instanceof List<?> list && list.contains("verify")));
    }

    private static Jwk key(Map<?, ?> jwk, boolean secrets) {
        var type = text(jwk, "kty");
        var isCurve = type.equals("EC") || type.equals("OKP");
        var family = isCurve ? text(jwk, "crv") : type;
        var algorithm = jwk.get("alg") == null ? Algorithm.usual(family) : Algorithm.of(text(jwk, "alg"));
        if (algorithm == null || !algorithm.family().equals(family)) {
            throw new IllegalArgumentException("an algorithm that is not known, or not of its key");
        }
        checkStrength(type, jwk, secrets);
        var members = new LinkedHashMap<String, Object>();
        var needed = switch (type) {
            case "RSA" -> List.of("kty", "n", "e");
            case "EC" -> List.of("kty", "crv", "x", "y");
            case "OKP" -> List.of("kty", "crv", "x");
            default -> List.of("kty", "k");
        };
        needed.forEach(name -> members.put(name, text(jwk, name)));
        var keyId = jwk.get("kid") == null ? "" : text(jwk, "kid");
        if (!keyId.isEmpty()) {
            members.put("kid", keyId);
        }
        return new Jwk(algorithm, keyId, members);
    }

    private static void checkStrength(String type, Map<?, ?> jwk, boolean secrets) {
        if (type.equals("RSA")) {
            checkRsa(new BigInteger(1, Base64.getUrlDecoder().decode(text(jwk, "n"))).bitLength());
        }
        if (type.equals("oct")) {
            if (!secrets) {
                throw new IllegalArgumentException("a secret in a set that is public");
            }
            if (Base64.getUrlDecoder().decode(text(jwk, "k")).length < LEAST_SECRET_BYTES) {
                throw new IllegalArgumentException("a secret of less than " + LEAST_SECRET_BYTES + " bytes");
            }
        }
    }

    /** Refuses keys that can be broken, and ones that would keep an event loop. */
    static void checkRsa(int bits) {
        if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS) {
            throw new IllegalArgumentException("holds an RSA key of " + bits + " bits");
        }
    }

    private static String text(Map<?, ?> object, String name) {
        if (object.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("no " + name);
    }
}
