package gatehouse.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What the certificate says that a client has shown in the handshake, as claims. */
public final class ClientCertificate {
    private ClientCertificate() {}

    /** The claims of a session: subject, issuer, cn, names, serial, sha256; none where no certificate was shown. */
    public static Map<String, Object> claims(@Nullable SSLSession session) {
        try {
            return session != null && session.getPeerCertificates()[0] instanceof X509Certificate certificate
                    ? claims(certificate)
                    : Map.of();
        } catch (SSLPeerUnverifiedException e) {
            return Map.of();
        }
    }

    private static Map<String, Object> claims(X509Certificate certificate) {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("subject", certificate.getSubjectX500Principal().getName());
        claims.put("issuer", certificate.getIssuerX500Principal().getName());
        var common = Credential.commonName(certificate);
        if (common != null) {
            claims.put("cn", common);
        }
        claims.put("names", List.copyOf(Credential.names(certificate)));
        claims.put("serial", certificate.getSerialNumber().toString(16));
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            claims.put("sha256", HexFormat.of().formatHex(digest));
        } catch (GeneralSecurityException e) {
            return Map.of(); // one that can't be written out is none
        }
        return claims;
    }
}
