package gatehouse.policy.auth;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes tokens, right ones and wrong ones, without the library that the gateway verifies them with. */
public final class Tokens {
    /** A secret of 64 bytes. */
    public static final String SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private static final ObjectMapper JSON = new ObjectMapper();

    private Tokens() {}

    /** A pair of {@code RSA}, {@code Ed25519}, or a curve by its JDK name. */
    static KeyPair pair(String kind, int bits) {
        try {
            var curve = kind.startsWith("secp");
            var generator = KeyPairGenerator.getInstance(curve ? "EC" : kind);
            if (curve) {
                generator.initialize(new ECGenParameterSpec(kind));
            } else if (bits > 0) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String pem(String kind, byte[] encoded) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded) + "\n-----END " + kind
                + "-----\n";
    }

    /** Seconds since 1970. */
    public static long now() {
        return System.currentTimeMillis() / 1000;
    }

    /** Claims that are fine, with these added; a null takes one away. */
    public static Map<String, Object> claims(Object... more) {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("iss", "https://issuer.test/");
        claims.put("aud", "api");
        claims.put("sub", "alice");
        claims.put("iat", now());
        claims.put("exp", now() + 600);
        for (var i = 0; i < more.length; i += 2) {
            if (more[i + 1] == null) {
                claims.remove(more[i]);
            } else {
                claims.put((String) more[i], more[i + 1]);
            }
        }
        return claims;
    }

    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static String part(String text) {
        return part(text.getBytes(StandardCharsets.UTF_8));
    }

    static String part(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A token signed with the secret. */
    public static String hs256(Map<String, Object> claims) {
        return signed("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", json(claims), "HS256", SECRET);
    }

    /** A token of this header and payload, signed as {@code algorithm} says with a secret or a private key. */
    static String signed(String header, String payload, String algorithm, Object key) {
        var input = part(header) + "." + part(payload);
        return input + "." + part(signature(algorithm, key, input.getBytes(StandardCharsets.US_ASCII)));
    }

    private static byte[] signature(String algorithm, Object key, byte[] input) {
        try {
            var bits = algorithm.substring(2);
            if (algorithm.startsWith("HS")) {
                var mac = Mac.getInstance("HmacSHA" + bits);
                var secret = key instanceof byte[] bytes ? bytes : ((String) key).getBytes(StandardCharsets.UTF_8);
                mac.init(new SecretKeySpec(secret, "HmacSHA" + bits));
                return mac.doFinal(input);
            }
            var signature = switch (algorithm.substring(0, 2)) {
                case "RS" -> Signature.getInstance("SHA" + bits + "withRSA");
                case "PS" -> Signature.getInstance("RSASSA-PSS");
                case "ES" -> Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
                default -> Signature.getInstance("Ed25519");
            };
            if (algorithm.startsWith("PS")) {
                var hash = "SHA-" + bits;
                var length = Integer.parseInt(bits) / 8;
                signature.setParameter(new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), length, 1));
            }
            signature.initSign(((KeyPair) key).getPrivate());
            signature.update(input);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The public key as a member of a key set. */
    static Map<String, Object> jwk(KeyPair pair, String keyId, String algorithm) {
        var jwk = new LinkedHashMap<String, Object>();
        jwk.put("use", "sig");
        if (keyId != null) {
            jwk.put("kid", keyId);
        }
        if (algorithm != null) {
            jwk.put("alg", algorithm);
        }
        var key = pair.getPublic();
        if (key instanceof RSAPublicKey rsa) {
            jwk.put("kty", "RSA");
            jwk.put("n", part(unsigned(rsa.getModulus(), 0)));
            jwk.put("e", part(unsigned(rsa.getPublicExponent(), 0)));
        } else if (key instanceof ECPublicKey curve) {
            var bits = curve.getParams().getOrder().bitLength();
            jwk.put("kty", "EC");
            jwk.put("crv", "P-" + bits);
            jwk.put("x", part(unsigned(curve.getW().getAffineX(), (bits + 7) / 8)));
            jwk.put("y", part(unsigned(curve.getW().getAffineY(), (bits + 7) / 8)));
        } else {
            var encoded = ((EdECPublicKey) key).getEncoded();
            jwk.put("kty", "OKP");
            jwk.put("crv", "Ed25519");
            jwk.put("x", part(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)));
        }
        return jwk;
    }

    private static byte[] unsigned(BigInteger number, int length) {
        var bytes = number.toByteArray();
        var start = bytes.length > 1 && bytes[0] == 0 ? 1 : 0;
        var wanted = Math.max(length, bytes.length - start);
        var out = new byte[wanted];
        System.arraycopy(bytes, start, out, wanted - (bytes.length - start), bytes.length - start);
        return out;
    }
}
