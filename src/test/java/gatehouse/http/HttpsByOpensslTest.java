package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.ConfigException;
import gatehouse.testing.TestGateway;
import io.netty.handler.ssl.OpenSsl;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** HTTP over TLS by native code: all that holds for the other holds for it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class HttpsByOpensslTest extends HttpsTest {
    @BeforeAll
    static void isThere() {
        Assumptions.assumeTrue(OpenSsl.isAvailable(), "no native code for this system");
    }

    @Override
    String engine() {
        return "openssl";
    }

    @Test
    void bytes_are_encrypted_by_the_runtime_alone() {
        assertThatThrownBy(() -> TestGateway.startWithStreams("""
                        listeners:
                          db:
                            listen: "127.0.0.1:0"
                            protocols: [tcp]
                            tls: { engine: openssl, certificates: [ { cert: a.pem, key: a.key } ] }
                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("one direction has ended");
    }
}
