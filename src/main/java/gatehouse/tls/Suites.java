package gatehouse.tls;

import java.util.List;

/** What is spoken: TLS 1.3 and 1.2, with ciphers that authenticate what they encrypt and keys that nobody keeps. */
final class Suites {
    static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");

    static final List<String> AEAD = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    static {
        // read once by the runtime, when its first context is made
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    private Suites() {}
}
