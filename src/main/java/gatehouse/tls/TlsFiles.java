package gatehouse.tls;

import gatehouse.config.GatewayConfig;
import gatehouse.config.ListenerConfig;
import gatehouse.config.ListenerTls;
import gatehouse.config.ListenerTls.Engine;
import gatehouse.config.ServiceTls;
import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All certificates and keys of a configuration, read and checked.
 *
 * @param listeners what encrypts each listener that does
 * @param services what encrypts the connections to each service that wants it
 * @param warnings what is not well and works all the same, such as a certificate that has expired
 */
public record TlsFiles(Map<String, ServerTls> listeners, Map<String, ClientTls> services, List<String> warnings) {
    /** No certificates. */
    public static final TlsFiles NONE = new TlsFiles(Map.of(), Map.of(), List.of());

    /** Reads a file that the configuration names. */
    @FunctionalInterface
    public interface Reader {
        /**
         * Reads it.
         *
         * @throws IOException what is wrong with it, fit to stand behind its name
         */
        byte[] read(String name, int mostBytes) throws IOException;
    }

    /** Is told what is wrong, and where in the configuration. */
    @FunctionalInterface
    public interface Complaints {
        /** Adds one. */
        void add(List<String> path, String what, String expected);
    }

    /** Reads all of a configuration. */
    public static TlsFiles read(GatewayConfig config, Reader reader, Complaints complaints, Instant now) {
        var reading = new Reading(reader, complaints, now);
        var listeners = new LinkedHashMap<String, ServerTls>();
        config.listeners().forEach((name, listener) -> {
            var tls = reading.server(name, listener);
            if (tls != null) {
                listeners.put(name, tls);
            }
        });
        var services = new LinkedHashMap<String, ClientTls>();
        config.services().forEach((name, service) -> {
            var wanted = service.encryption();
            var tls = wanted == null ? null : reading.client(name, wanted);
            if (tls != null) {
                services.put(name, tls);
            }
        });
        return new TlsFiles(listeners, services, List.copyOf(reading.warnings));
    }

    /** One pass through the files of a configuration. */
    private static final class Reading {
        private static final int MOST_BYTES = 1024 * 1024;
        private static final Set<String> BORING_KEYS = Set.of("RSA", "EC");

        private final Reader reader;
        private final Complaints complaints;
        private final Instant now;
        private final List<String> warnings = new ArrayList<>();

        private Reading(Reader reader, Complaints complaints, Instant now) {
            this.reader = reader;
            this.complaints = complaints;
            this.now = now;
        }

        /** A file's content, which goes into a digest as well; null when it can't be read, which is told. */
        private byte @Nullable [] file(String name, List<String> path, MessageDigest digest) {
            try {
                var bytes = reader.read(name, MOST_BYTES);
                if (bytes.length == 0) {
                    complaints.add(path, name + " is empty", "a file with something in it");
                    return null;
                }
                digest.update(bytes);
                return bytes;
            } catch (IOException e) {
                complaints.add(path, name + " " + e.getMessage(), "a file that can be read");
                return null;
            }
        }

        private @Nullable ServerTls server(String name, ListenerConfig listener) {
            var tls = listener.tls();
            if (tls == null) {
                return null;
            }
            var digest = digest(tls.toString() + listener.protocols());
            var at = List.of("listeners", name, "tls");
            var credentials = new ArrayList<Credential>();
            for (var i = 0; i < tls.certificates().size(); i++) {
                var credential = credential(
                        tls.certificates().get(i), and(and(at, "certificates"), Integer.toString(i)), digest);
                if (credential != null) {
                    credentials.add(credential);
                }
            }
            var client = tls.client();
            var clients = client == null ? null : authorities(client.ca(), and(and(at, "client"), "ca"), digest);
            if (credentials.size() < tls.certificates().size()
                    || credentials.isEmpty()
                    || (client != null && clients == null)) {
                return null;
            }
            var engine = engine(listener, tls, credentials, and(at, "engine"));
            if (engine == null) {
                return null;
            }
            try {
                return ServerTls.of(tls, engine, credentials, clients, alpn(listener), hex(digest));
            } catch (IOException | IllegalArgumentException e) {
                complaints.add(at, String.valueOf(e.getMessage()), "certificates that can be used");
                return null;
            }
        }

        private @Nullable Engine engine(
                ListenerConfig listener, ListenerTls tls, List<Credential> credentials, List<String> path) {
            if (tls.engine() == Engine.JDK || !listener.isHttp()) {
                return Engine.JDK;
            }
            var against = againstOpenssl(credentials);
            if (against != null && tls.engine() == Engine.OPENSSL) {
                complaints.add(path, "openssl, " + against, "auto or jdk");
                return null;
            }
            return against == null ? Engine.OPENSSL : Engine.JDK;
        }

        /** Why BoringSSL can't be what encrypts, null when it can. */
        private static @Nullable String againstOpenssl(List<Credential> credentials) {
            if (!OpenSsl.isAvailable()) {
                return "which can't be loaded: " + OpenSsl.unavailabilityCause();
            }
            var takesAll = credentials.stream()
                    .allMatch(one -> BORING_KEYS.contains(one.key().getAlgorithm()));
            return takesAll ? null : "which takes keys of RSA and EC alone";
        }

        private static List<String> alpn(ListenerConfig listener) {
            var protocols = new ArrayList<String>();
            if (listener.speaksHttp2()) {
                protocols.add("h2");
            }
            if (listener.speaksHttp1()) {
                protocols.add("http/1.1");
            }
            return protocols;
        }

        private @Nullable ClientTls client(String name, ServiceTls tls) {
            var digest = digest(tls.toString());
            var at = List.of("services", name, "tls");
            var ca = tls.ca();
            var authorities = ca == null ? null : authorities(ca, and(at, "ca"), digest);
            var cert = tls.cert();
            var key = tls.key();
            var credential = cert == null || key == null ? null : pair(cert, key, at, digest);
            if ((ca != null && authorities == null) || (cert != null && credential == null)) {
                return null;
            }
            try {
                return ClientTls.of(tls, authorities, credential, hex(digest));
            } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
                complaints.add(at, String.valueOf(e.getMessage()), "certificates that can be used");
                return null;
            }
        }

        private @Nullable Credential credential(
                ListenerTls.Certificate wanted, List<String> path, MessageDigest digest) {
            var pkcs12 = wanted.pkcs12();
            var cert = wanted.cert();
            var key = wanted.key();
            if (pkcs12 == null) {
                return cert == null || key == null ? null : pair(cert, key, path, digest);
            }
            var bytes = file(pkcs12, and(path, "pkcs12"), digest);
            if (bytes == null) {
                return null;
            }
            try {
                var credential = Credential.ofPkcs12(bytes, wanted.password());
                warn(pkcs12, credential.certificate());
                return credential;
            } catch (IllegalArgumentException e) {
                complaints.add(and(path, "pkcs12"), pkcs12 + " " + e.getMessage(), "a certificate with its key");
                return null;
            }
        }

        private @Nullable Credential pair(String cert, String key, List<String> path, MessageDigest digest) {
            var chain = authorities(cert, and(path, "cert"), digest);
            var bytes = file(key, and(path, "key"), digest);
            if (chain == null || bytes == null) {
                return null;
            }
            try {
                return Credential.of(chain, Pem.key(bytes));
            } catch (IllegalArgumentException e) {
                complaints.add(and(path, "key"), key + " " + e.getMessage(), "the private key of " + cert);
                return null;
            }
        }

        private @Nullable List<X509Certificate> authorities(String name, List<String> path, MessageDigest digest) {
            var bytes = file(name, path, digest);
            if (bytes == null) {
                return null;
            }
            try {
                var certificates = Pem.certificates(bytes);
                certificates.forEach(certificate -> warn(name, certificate));
                return certificates;
            } catch (IllegalArgumentException e) {
                complaints.add(path, name + " " + e.getMessage(), "a PEM file with certificates");
                return null;
            }
        }

        /** Nobody is helped by a gateway that does not start because a certificate has expired. */
        private void warn(String name, X509Certificate certificate) {
            if (certificate.getNotAfter().toInstant().isBefore(now)) {
                warnings.add(name + " holds a certificate that has expired on "
                        + certificate.getNotAfter().toInstant());
            } else if (certificate.getNotBefore().toInstant().isAfter(now)) {
                warnings.add(name + " holds a certificate that is not valid before "
                        + certificate.getNotBefore().toInstant());
            }
        }

        private static List<String> and(List<String> path, String key) {
            var longer = new ArrayList<>(path);
            longer.add(key);
            return longer;
        }

        private static MessageDigest digest(String settings) {
            try {
                var digest = MessageDigest.getInstance("SHA-256");
                digest.update(settings.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                return digest;
            } catch (java.security.NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        private static String hex(MessageDigest digest) {
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
