package gatehouse.cluster;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** What members have in common. Keys for each purpose are derived from it; it is never sent itself. */
final class Secret {
    private static final int ROUNDS = 100_000;
    private static final int BITS = 256;
    private static final byte[] SALT = "gatehouse cluster 1".getBytes(StandardCharsets.US_ASCII);
    private static final String HMAC = "HmacSHA256";

    private final byte[] master;

    Secret(String text) {
        var spec = new PBEKeySpec(text.toCharArray(), SALT, ROUNDS, BITS); // slow for who tries many
        try {
            master = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } finally {
            spec.clearPassword();
        }
    }

    /** 32 bytes for a purpose. */
    byte[] derive(String purpose) {
        return hmac(master, purpose.getBytes(StandardCharsets.US_ASCII));
    }

    /** Name of the cluster: nodes with another secret do not even take each other for candidates. */
    String clusterName() {
        return "gatehouse-" + HexFormat.of().formatHex(derive("name"), 0, 8);
    }

    static byte[] hmac(byte[] key, byte[]... parts) {
        try {
            var mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            for (var part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "Secret[***]";
    }
}
