package gatehouse.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Certificates that openssl makes for one test, all issued by one authority, which lives as long. */
public final class TestCertificates {
    private final Path folder;

    /** An authority of its own in a folder. */
    public TestCertificates(Path folder) throws Exception {
        this.folder = folder;
        make("ca", List.of("-subj", "/CN=Test CA"));
    }

    /** The authority's certificate. */
    public Path ca() {
        return folder.resolve("ca.pem");
    }

    /** A certificate for these names, in {@code NAME.pem} and {@code NAME.key}. */
    public TestCertificates issue(String name, String... dnsNames) throws Exception {
        var names = new ArrayList<String>();
        for (var dns : dnsNames) {
            names.add((dns.matches("[0-9.]+") ? "IP:" : "DNS:") + dns);
        }
        var options = new ArrayList<>(List.of("-subj", "/O=Test/CN=" + name));
        if (!names.isEmpty()) {
            options.addAll(List.of("-addext", "subjectAltName=" + String.join(",", names)));
        }
        options.addAll(List.of("-CA", ca().toString(), "-CAkey", key("ca").toString()));
        make(name, options);
        return this;
    }

    private void make(String name, List<String> options) throws Exception {
        var command = new ArrayList<>(List.of("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"));
        command.addAll(List.of("ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"));
        command.addAll(
                List.of("-keyout", key(name).toString(), "-out", pem(name).toString()));
        command.addAll(options);
        run("", command.toArray(new String[0]));
    }

    /** File of a certificate. */
    public Path pem(String name) {
        return folder.resolve(name + ".pem");
    }

    /** File of a key. */
    public Path key(String name) {
        return folder.resolve(name + ".key");
    }

    /** {@code cert: …, key: …} as it stands in a configuration. */
    public String pair(String name) {
        return "cert: \"" + pem(name) + "\", key: \"" + key(name) + "\"";
    }

    /** A client that believes the authority. */
    public SSLContext client() throws Exception {
        return context(null);
    }

    /** A client or server that believes the authority and shows a certificate. */
    public SSLContext showing(String name) throws Exception {
        run(
                "",
                "openssl",
                "pkcs12",
                "-export",
                "-in",
                pem(name).toString(),
                "-inkey",
                key(name).toString(),
                "-out",
                folder.resolve(name + ".p12").toString(),
                "-passout",
                "pass:secret");
        return context(folder.resolve(name + ".p12"));
    }

    private SSLContext context(Path own) throws GeneralSecurityException, IOException {
        var keys = KeyManagerFactory.getInstance("PKIX");
        var store = KeyStore.getInstance("PKCS12");
        try (InputStream in = own == null ? null : Files.newInputStream(own)) {
            store.load(in, "secret".toCharArray());
        }
        keys.init(store, "secret".toCharArray());
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (var in = Files.newInputStream(ca())) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /**
     * Connects, asking for a name; the handshake is over.
     *
     * @param protocols offered by ALPN; without any it is not spoken
     */
    public static SSLSocket connect(SSLContext client, int port, String name, String... protocols) throws IOException {
        return over(new Socket("127.0.0.1", port), client, name, protocols);
    }

    /** As {@link #connect}, on a connection that there is already; closing the result closes it. */
    public static SSLSocket over(Socket plain, SSLContext client, String name, String... protocols) throws IOException {
        plain.setTcpNoDelay(true);
        plain.setSoTimeout((int) Signal.LIMIT_MILLIS);
        var socket = (SSLSocket) client.getSocketFactory().createSocket(plain, name, plain.getPort(), true);
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** What a command prints, errors as well, given a text to read. */
    public static String run(String input, String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var out = process.getOutputStream()) {
            out.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // it has ended without reading
        }
        var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return printed;
    }
}
