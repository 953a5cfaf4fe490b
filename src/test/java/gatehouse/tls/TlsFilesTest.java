package gatehouse.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.config.ListenerTls.Engine;
import gatehouse.config.Overrides;
import gatehouse.snapshot.Blueprint;
import gatehouse.testing.TestCertificates;
import io.netty.handler.ssl.OpenSsl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of certificates and keys that can't be used. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TlsFilesTest {
    @TempDir
    static Path folder;

    private static TestCertificates certificates;

    @BeforeAll
    static void make() throws Exception {
        certificates = new TestCertificates(folder).issue("good", "good.test").issue("other", "other.test");
        Files.createFile(folder.resolve("empty.pem"));
        Files.createDirectory(folder.resolve("folder"));
        Files.writeString(folder.resolve("text.pem"), "nothing of use");
        TestCertificates.run(
                "", "openssl", "ec", "-in", folder.resolve("good.key").toString(), "-out", at("sec1.key"));
        TestCertificates.run(
                "", "openssl", "ec", "-in", at("good.key"), "-aes128", "-passout", "pass:x", "-out", at("locked.key"));
        var rsa = new String[] {"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=rsa.test"};
        var old = java.util.stream.Stream.concat(
                        java.util.Arrays.stream(rsa),
                        java.util.stream.Stream.of("-days", "1", "-keyout", at("rsa.key"), "-out", at("rsa.pem")))
                .toArray(String[]::new);
        TestCertificates.run("", old);
        TestCertificates.run(
                "",
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ed25519",
                "-nodes",
                "-subj",
                "/CN=edwards.test",
                "-keyout",
                at("edwards.key"),
                "-out",
                at("edwards.pem"));
        TestCertificates.run("", "openssl", "rsa", "-traditional", "-in", at("rsa.key"), "-out", at("pkcs1.key"));
        certificates.showing("good");
    }

    private static String at(String name) {
        return folder.resolve(name).toString();
    }

    private static Blueprint read(String certificate) throws ConfigException {
        return parse("http1", "engine: auto", certificate);
    }

    private static Blueprint parse(String protocol, String engine, String certificate) throws ConfigException {
        return Blueprint.parse("test.yaml", """
                version: 1
                listeners:
                  web: { listen: "127.0.0.1:0", protocols: [%s], tls: { %s, certificates: [ { %s } ] } }
                """.formatted(protocol, engine, certificate), folder, Overrides.NONE);
    }

    private static String problem(String certificate) {
        try {
            read(certificate);
            return "none";
        } catch (ConfigException e) {
            return e.problems().get(0).toString();
        }
    }

    @Test
    void each_file_is_named_with_what_is_wrong_with_it() {
        assertThat(problem("cert: none.pem, key: good.key")).contains("certificates.0.cert", "none.pem does not exist");
        assertThat(problem("cert: folder, key: good.key")).contains("folder does not exist or is no file");
        assertThat(problem("cert: empty.pem, key: good.key")).contains("empty.pem is empty");
        assertThat(problem("cert: text.pem, key: good.key")).contains("text.pem holds no certificate");
        assertThat(problem("cert: good.pem, key: text.pem")).contains("text.pem holds no private key");
        assertThat(problem("cert: good.pem, key: locked.key")).contains("locked.key holds a key with a password");
        assertThat(problem("cert: good.pem, key: other.key"))
                .contains("certificates.0.key", "other.key holds a key that does not belong to the certificate");
        assertThat(problem("pkcs12: good.p12, password: wrong")).contains("good.p12 can't be opened with its password");
        assertThat(problem("pkcs12: text.pem, password: wrong")).contains("text.pem is no PKCS #12 file");
        assertThat(problem("cert: good.pem")).contains("cert and key, or pkcs12");
    }

    @Test
    void keys_are_read_in_each_of_their_forms() throws Exception {
        assertThat(read("cert: good.pem, key: good.key").tls().listeners()).containsKey("web");
        assertThat(read("cert: good.pem, key: sec1.key").tls().listeners()).containsKey("web");
        assertThat(read("cert: rsa.pem, key: pkcs1.key").tls().listeners()).containsKey("web");
        assertThat(read("pkcs12: good.p12, password: secret").tls().listeners()).containsKey("web");
    }

    @ParameterizedTest
    @CsvSource({
        "http1, auto, good, OPENSSL",
        "http1, jdk, good, JDK",
        "http1, openssl, rsa, OPENSSL",
        "http1, auto, edwards, JDK",
        "tcp, auto, good, JDK",
    })
    void native_code_encrypts_where_it_can(String protocol, String engine, String key, Engine expected)
            throws ConfigException {
        Assumptions.assumeTrue(OpenSsl.isAvailable(), "no native code for this system");
        var tls = parse(protocol, "engine: " + engine, "cert: %1$s.pem, key: %1$s.key".formatted(key));
        assertThat(tls.tls().listeners().get("web").engine()).isEqualTo(expected);
    }

    @Test
    void native_code_that_can_not_is_refused() {
        assertThatThrownBy(() -> parse("http1", "engine: openssl", "cert: edwards.pem, key: edwards.key"))
                .hasMessageContaining("keys of RSA and EC alone");
    }

    @Test
    void a_certificate_that_has_expired_is_a_warning() throws Exception {
        var config = read("cert: good.pem, key: good.key").config();
        var later = TlsFiles.read(
                config,
                (name, most) -> Files.readAllBytes(folder.resolve(name)),
                (path, what, expected) -> {},
                Instant.now().plus(Duration.ofDays(3)));
        assertThat(later.listeners()).containsKey("web");
        assertThat(later.warnings())
                .singleElement()
                .asString()
                .contains("good.pem holds a certificate that has expired");
        assertThat(read("cert: good.pem, key: good.key").tls().warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"/DC=test/CN=Users/CN=alice, alice", "/CN=bob/DC=test, bob", "/DC=test/UID=7+CN=carol, carol"})
    void whose_a_certificate_is_says_the_nearest_of_its_common_names(String subject, String name) throws Exception {
        TestCertificates.run(
                "",
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-multivalue-rdn",
                "-keyout",
                at("named.key"),
                "-out",
                at("named.pem"),
                "-subj",
                subject);
        var certificate = Pem.certificates(Files.readAllBytes(folder.resolve("named.pem")))
                .get(0);
        assertThat(Credential.commonName(certificate)).isEqualTo(name);
    }

    @Test
    void the_same_files_are_the_same_and_changed_ones_are_not() throws Exception {
        var one = read("cert: good.pem, key: good.key").tls();
        assertThat(read("cert: good.pem, key: good.key").tls()).isEqualTo(one);
        assertThat(read("cert: other.pem, key: other.key").tls()).isNotEqualTo(one);
        assertThat(read("cert: good.pem, key: good.key").files())
                .contains(folder.resolve("good.pem"), folder.resolve("good.key"));
    }
}
