package gatehouse.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import javax.naming.NamingException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with what leads to its root, and its private key, which belongs to it.
 *
 * @param chain the certificate first
 * @param key its key
 */
record Credential(List<X509Certificate> chain, PrivateKey key) {
    private static final int DNS_NAME = 2;

    /**
     * Puts the two together.
     *
     * @throws IllegalArgumentException when they are not of one pair
     */
    static Credential of(List<X509Certificate> chain, PrivateKey key) {
        if (!belongTogether(chain.get(0).getPublicKey(), key)) {
            throw new IllegalArgumentException("holds a key that does not belong to the certificate");
        }
        return new Credential(List.copyOf(chain), key);
    }

    /**
     * The one of a PKCS #12 file.
     *
     * @throws IllegalArgumentException what is wrong with it
     */
    static Credential ofPkcs12(byte[] file, @Nullable String password) {
        var secret = password == null ? new char[0] : password.toCharArray();
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(file), secret);
            for (var alias : Collections.list(store.aliases())) {
                if (store.getKey(alias, secret) instanceof PrivateKey key) {
                    var chain = new ArrayList<X509Certificate>();
                    for (var one : store.getCertificateChain(alias)) {
                        chain.add((X509Certificate) one);
                    }
                    return of(chain, key);
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    e.getCause() instanceof GeneralSecurityException
                            ? "can't be opened with its password"
                            : "is no PKCS #12 file",
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("can't be opened with its password", e);
        }
        throw new IllegalArgumentException("holds no private key");
    }

    private static boolean belongTogether(PublicKey open, PrivateKey key) {
        if (!open.getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        var algorithm = switch (open.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA" -> "EdDSA";
            default -> null;
        };
        if (algorithm == null) {
            return true; // the handshake will tell
        }
        try {
            var signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update((byte) 1);
            var signed = signature.sign();
            signature.initVerify(open);
            signature.update((byte) 1);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    X509Certificate certificate() {
        return chain.get(0);
    }

    /** Names that it is for, in lower case, with their {@code *.}; without any its common name. */
    List<String> names() {
        return names(certificate());
    }

    static List<String> names(X509Certificate certificate) {
        var names = new ArrayList<String>();
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (var name : alternatives) {
                    if (Integer.valueOf(DNS_NAME).equals(name.get(0))) {
                        names.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException e) {
            return names;
        }
        var common = names.isEmpty() ? commonName(certificate) : null;
        if (common != null) {
            names.add(common.toLowerCase(Locale.ROOT));
        }
        return names;
    }

    /** The common name of its subject, or null. Of several it is the one nearest to whoever is named, behind those of what they belong to. */
    static @Nullable String commonName(X509Certificate certificate) {
        String nearest = null;
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) { // nearest last
                var name = part.toAttributes().get("CN");
                if (name != null && name.get() instanceof String text) {
                    nearest = text;
                }
            }
        } catch (NamingException e) {
            return null;
        }
        return nearest;
    }
}
