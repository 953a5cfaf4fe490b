package gatehouse.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What PEM files hold (RFC 7468): certificates, and private keys as PKCS #8, PKCS #1 or SEC 1 write them. */
final class Pem {
    private static final List<String> FACTORIES = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");
    private static final String RSA_ALGORITHM = "300d06092a864886f70d0101010500";
    private static final String EC_OID = "06072a8648ce3d0201";
    private static final int CURVE = 0xa0;

    private Pem() {}

    /**
     * The certificates of a file, in its order.
     *
     * @throws IllegalArgumentException what is wrong with it
     */
    static List<X509Certificate> certificates(byte[] file) {
        if (!text(file).contains("-----BEGIN CERTIFICATE-----")) {
            throw new IllegalArgumentException("holds no certificate");
        }
        try {
            var found = new ArrayList<X509Certificate>();
            for (var one :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(file))) {
                found.add((X509Certificate) one);
            }
            return found;
        } catch (CertificateException e) {
            throw new IllegalArgumentException("holds a certificate that can't be read", e);
        }
    }

    /**
     * The private key of a file.
     *
     * @throws IllegalArgumentException what is wrong with it
     */
    static PrivateKey key(byte[] file) {
        var text = text(file);
        if (text.contains("ENCRYPTED")) {
            throw new IllegalArgumentException("holds a key with a password, which PEM files must not have here");
        }
        var pkcs8 = block(text, "PRIVATE KEY");
        if (pkcs8 == null) {
            var rsa = block(text, "RSA PRIVATE KEY");
            var ec = block(text, "EC PRIVATE KEY");
            pkcs8 = rsa != null ? wrapped(RSA_ALGORITHM, rsa) : ec != null ? wrapped(ecAlgorithm(ec), ec) : null;
        }
        if (pkcs8 == null) {
            throw new IllegalArgumentException("holds no private key");
        }
        for (var name : FACTORIES) {
            var key = read(name, pkcs8);
            if (key != null) {
                return key;
            }
        }
        throw new IllegalArgumentException("holds a key that can't be read");
    }

    /** Null for a key of another kind. */
    private static @Nullable PrivateKey read(String kind, byte[] pkcs8) {
        try {
            return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    private static String text(byte[] file) {
        return new String(file, StandardCharsets.ISO_8859_1);
    }

    private static byte @Nullable [] block(String text, String label) {
        var begin = "-----BEGIN " + label + "-----";
        var start = text.indexOf(begin);
        var end = text.indexOf("-----END " + label + "-----", start);
        if (start < 0 || end < 0) {
            return null;
        }
        try {
            return Base64.getMimeDecoder().decode(text.substring(start + begin.length(), end));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("holds a key that can't be read", e);
        }
    }

    /** A key in the wrapping of PKCS #8: version, algorithm, the key. */
    private static byte[] wrapped(String algorithm, byte[] key) {
        return der(0x30, HexFormat.of().parseHex("020100" + algorithm), der(0x04, key));
    }

    /** The curve stands behind the tag 0xA0 of the key. */
    private static String ecAlgorithm(byte[] key) {
        for (var i = 0; i + 3 < key.length; i++) {
            if ((key[i] & 0xff) == CURVE && key[i + 2] == 0x06 && key[i + 1] == key[i + 3] + 2) {
                var curve = java.util.Arrays.copyOfRange(key, i + 2, Math.min(key.length, i + 2 + key[i + 1]));
                return HexFormat.of().formatHex(der(0x30, HexFormat.of().parseHex(EC_OID), curve));
            }
        }
        throw new IllegalArgumentException("holds a key without its curve");
    }

    private static byte[] der(int tag, byte[]... parts) {
        var length = 0;
        for (var part : parts) {
            length += part.length;
        }
        var out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < 128) {
            out.write(length);
        } else if (length < 256) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
