package gatehouse.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a listener encrypts: TLS 1.3 and 1.2 with authenticated ciphers, and nothing older. */
public record ListenerTls(
        @Key(
                doc = "Certificates. A client gets the one that has the name it asks for, exactly or by a wildcard; the"
                        + " first where none has. Changed files are taken up within 2 s.",
                required = true)
        List<Certificate> certificates,

        @Key(doc = "Certificates of clients; absent: none are asked for.") @Nullable Client client,

        @Key(doc = "Longest time for the handshake; then the connection is closed.", value = "10s", min = 10)
        Duration handshake,

        @Key(
                doc =
                        "Who encrypts: `jdk`, the Java runtime, or `openssl`, which is BoringSSL in native code, for listeners of"
                                + " HTTP on Linux with glibc, and takes less CPU time. `auto`: that, where it can.",
                value = "auto")
        Engine engine)
        implements Checked {
    @Override
    public void check(Complaints complaints) {
        if (certificates.isEmpty()) {
            complaints.add("certificates", "[]", "at least one");
        }
    }

    /** A certificate with its key. */
    public record Certificate(
            @Key(doc = "PEM file with the certificate, and those that lead to a root behind it.") @Nullable String cert,

            @Key(doc = "PEM file with its private key, not encrypted.") @Nullable String key,

            @Key(doc = "Instead of both: a PKCS #12 file.") @Nullable String pkcs12,

            @Key(doc = "Password of `pkcs12`.", secret = true) @Nullable String password)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            if (pkcs12 == null ? cert == null || key == null : cert != null || key != null) {
                complaints.add("", "not one certificate with one key", "cert and key, or pkcs12");
            }
        }

        /** Hides the password. */
        @Override
        public String toString() {
            return pkcs12 == null ? cert + " " + key : pkcs12;
        }
    }

    /** Who encrypts. */
    public enum Engine {
        /** {@link #OPENSSL} where the system, the listener and its keys allow it, else {@link #JDK}. */
        AUTO,
        /** The Java runtime. */
        JDK,
        /** BoringSSL, by netty-tcnative. */
        OPENSSL
    }

    /** What clients have to show. */
    @ShortForm("ca")
    public record Client(
            @Key(doc = "PEM file with the certificates that clients' are issued by.", required = true)
            String ca,

            @Key(
                    doc = "`required`: who shows none is refused in the handshake. `optional`: who shows none is served"
                            + " without the claim `tls`; one that is not valid is refused all the same.",
                    value = "required")
            Mode mode) {}

    /** Whether clients must show a certificate. */
    public enum Mode {
        /** Who shows none is refused. */
        REQUIRED,
        /** Who shows none is served. */
        OPTIONAL
    }
}
