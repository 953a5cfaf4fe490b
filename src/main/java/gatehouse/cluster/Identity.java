package gatehouse.cluster;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.NamedParameterSpec;

/**
 * The key and certificate with which members speak TLS on the event bus. Both follow from the secret, so that all members have
 * the same ones and trust nothing else: who has the key knows the secret. The certificate (RFC 5280) is written here byte by
 * byte, as the JDK makes none.
 */
final class Identity {
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int UTF8 = 0x0c;
    private static final int TIME = 0x18;
    private static final byte[] ED25519 = {0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};
    private static final byte[] COMMON_NAME = {0x06, 0x03, 0x55, 0x04, 0x03};

    private Identity() {}

    /** A key store (PKCS #12) with the key and the certificate. */
    static byte[] keyStore(Secret secret, String password) {
        try {
            var pair = keys(secret);
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            var chars = password.toCharArray();
            var certificate = certificate(pair);
            store.setKeyEntry("member", pair.getPrivate(), chars, new Certificate[] {certificate});
            store.setCertificateEntry("members", certificate);
            var out = new ByteArrayOutputStream();
            store.store(out, chars);
            return out.toByteArray();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The certificate alone. */
    static Certificate certificate(Secret secret) {
        try {
            return certificate(keys(secret));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A key of Ed25519 is any 32 bytes (RFC 8032 §5.1.5), which the generator asks its source for. */
    private static KeyPair keys(Secret secret) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(NamedParameterSpec.ED25519, new Given(secret.derive("event bus")));
        return generator.generateKeyPair();
    }

    /** A source that gives what it was given. */
    private static final class Given extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final byte[] given;

        Given(byte[] given) {
            this.given = given.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            if (bytes.length != given.length) {
                throw new IllegalStateException("asked for " + bytes.length + " bytes");
            }
            System.arraycopy(given, 0, bytes, 0, bytes.length);
        }
    }

    private static Certificate certificate(KeyPair pair) throws GeneralSecurityException {
        var name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, ascii("gatehouse cluster")))));
        var body = der(
                SEQUENCE,
                der(INTEGER, new byte[] {1}),
                ED25519,
                name,
                der(SEQUENCE, der(TIME, ascii("20200101000000Z")), der(TIME, ascii("99991231235959Z"))),
                name,
                pair.getPublic().getEncoded());
        var signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(body);
        var whole = der(SEQUENCE, body, ED25519, der(BIT_STRING, new byte[] {0}, signer.sign()));
        return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** One value with its tag and length (X.690 §8.1). */
    private static byte[] der(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (var part : parts) {
            content.writeBytes(part);
        }
        var length = content.size();
        var out = new ByteArrayOutputStream();
        out.write(tag);
        if (length >= 0x100) {
            out.write(0x82);
            out.write(length >> 8);
        } else if (length >= 0x80) {
            out.write(0x81);
        }
        out.write(length);
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
