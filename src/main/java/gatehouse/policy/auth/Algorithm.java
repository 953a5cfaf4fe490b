package gatehouse.policy.auth;

import gatehouse.config.Word;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a token may be signed (RFC 7518 §3.1, RFC 8037). What is not here is not known, {@code none} above all. */
enum Algorithm {
    /** HMAC with SHA-256. */
    @Word("HS256")
    HS256("oct", 32),
    /** HMAC with SHA-384. */
    @Word("HS384")
    HS384("oct", 48),
    /** HMAC with SHA-512. */
    @Word("HS512")
    HS512("oct", 64),
    /** RSASSA-PKCS1-v1_5 with SHA-256. */
    @Word("RS256")
    RS256("RSA", 0),
    /** RSASSA-PKCS1-v1_5 with SHA-384. */
    @Word("RS384")
    RS384("RSA", 0),
    /** RSASSA-PKCS1-v1_5 with SHA-512. */
    @Word("RS512")
    RS512("RSA", 0),
    /** RSASSA-PSS with SHA-256. */
    @Word("PS256")
    PS256("RSA", 0),
    /** RSASSA-PSS with SHA-384. */
    @Word("PS384")
    PS384("RSA", 0),
    /** RSASSA-PSS with SHA-512. */
    @Word("PS512")
    PS512("RSA", 0),
    /** ECDSA on P-256 with SHA-256. */
    @Word("ES256")
    ES256("P-256", 64),
    /** ECDSA on P-384 with SHA-384. */
    @Word("ES384")
    ES384("P-384", 96),
    /** ECDSA on P-521 with SHA-512. */
    @Word("ES512")
    ES512("P-521", 132),
    /** Ed25519. */
    @Word("EdDSA")
    EDDSA("Ed25519", 64);

    private static final Map<String, Algorithm> BY_NAME = new HashMap<>();

    static {
        for (var algorithm : values()) {
            BY_NAME.put(algorithm.text(), algorithm);
        }
    }

    private final String family;
    private final int signatureBytes;

    Algorithm(String family, int signatureBytes) {
        this.family = family;
        this.signatureBytes = signatureBytes;
    }

    /** The algorithm of this very name, or null. */
    static @Nullable Algorithm of(Object name) {
        return name instanceof String text ? BY_NAME.get(text) : null;
    }

    /** Its name in a token. */
    String text() {
        return this == EDDSA ? "EdDSA" : name();
    }

    /** What kind of key it needs: {@code oct}, {@code RSA}, or a curve's name. */
    String family() {
        return family;
    }

    /** Whether the same secret signs and verifies. */
    boolean isSymmetric() {
        return family.equals("oct");
    }

    /** Whether a signature may have this length; of RSA it is the key's. */
    boolean fits(int bytes) {
        return signatureBytes == 0 ? bytes >= 256 && bytes <= 2048 : bytes == signatureBytes;
    }

    /** The usual algorithm of a kind of key; null for a kind that is not known. */
    static @Nullable Algorithm usual(String family) {
        return switch (family) {
            case "oct" -> HS256;
            case "RSA" -> RS256;
            case "P-256" -> ES256;
            case "P-384" -> ES384;
            case "P-521" -> ES512;
            case "Ed25519" -> EDDSA;
            default -> null;
        };
    }
}
