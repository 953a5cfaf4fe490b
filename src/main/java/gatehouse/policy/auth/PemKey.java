package gatehouse.policy.auth;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A key in a PEM file (RFC 7468): a public key, a certificate, or a private key in PKCS #8.
 *
 * @param family what {@link Algorithm#family} says
 * @param text the one key again, as the library reads it
 */
record PemKey(String family, String text) {
    /** Most bytes of a file. */
    static final int MOST_BYTES = 64 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(PemKey.class);
    private static final List<String> FACTORIES = List.of("RSA", "EC", "Ed25519");

    /**
     * A public key, or that of a certificate.
     *
     * @throws IllegalArgumentException what is wrong with it
     */
    static PemKey readPublic(byte[] file) {
        var text = new String(file, StandardCharsets.US_ASCII);
        try {
            var key = text.contains("-----BEGIN CERTIFICATE-----")
                    ? CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(file))
                            .getPublicKey()
                    : parsePublic(block(text, "PUBLIC KEY"));
            return new PemKey(family(key), pem("PUBLIC KEY", key.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("holds a key that can't be read", e);
        }
    }

    /**
     * A private key.
     *
     * @throws IllegalArgumentException what is wrong with it
     */
    static PemKey readPrivate(byte[] file) {
        var bytes = block(new String(file, StandardCharsets.US_ASCII), "PRIVATE KEY");
        for (var name : FACTORIES) {
            try {
                var key = KeyFactory.getInstance(name).generatePrivate(new PKCS8EncodedKeySpec(bytes));
                return new PemKey(family(key), pem("PRIVATE KEY", bytes));
            } catch (GeneralSecurityException e) {
                LOG.trace("not a key for {}", name, e);
            }
        }
        throw new IllegalArgumentException("holds a key of a kind that is not known here");
    }

    private static PublicKey parsePublic(byte[] bytes) {
        for (var name : FACTORIES) {
            try {
                return KeyFactory.getInstance(name).generatePublic(new X509EncodedKeySpec(bytes));
            } catch (GeneralSecurityException e) {
                LOG.trace("not a key for {}", name, e);
            }
        }
        throw new IllegalArgumentException("holds a key of a kind that is not known here");
    }

    private static String family(java.security.Key key) {
        if (key instanceof RSAKey rsa) {
            Jwk.checkRsa(rsa.getModulus().bitLength());
            return "RSA";
        }
        if (key instanceof EdECKey edwards && edwards.getParams().getName().equals("Ed25519")) {
            return "Ed25519";
        }
        if (key instanceof ECKey curve) {
            var bits = curve.getParams().getOrder().bitLength();
            if (bits == 256 || bits == 384 || bits == 521) {
                return "P-" + bits;
            }
        }
        throw new IllegalArgumentException("holds a key of a kind that is not known here");
    }

    private static byte[] block(String text, String kind) {
        var begin = "-----BEGIN " + kind + "-----";
        var start = text.indexOf(begin);
        var end = start < 0 ? -1 : text.indexOf("-----END " + kind + "-----", start);
        if (end < 0) {
            throw new IllegalArgumentException("holds no " + kind);
        }
        return Base64.getMimeDecoder().decode(text.substring(start + begin.length(), end));
    }

    private static String pem(String kind, byte[] bytes) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + kind + "-----\n";
    }
}
