package gatehouse.tls;

import gatehouse.config.ServiceTls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/** What encrypts the connections to a service's targets. Immutable. */
public final class ClientTls {
    private final ServiceTls config;
    private final @Nullable X509KeyManager keys;
    private final TrustManagerFactory trust;
    private final String fingerprint;
    private final SslContext context;

    private ClientTls(ServiceTls config, @Nullable X509KeyManager keys, TrustManagerFactory trust, String fingerprint)
            throws SSLException {
        this.config = config;
        this.keys = keys;
        this.trust = trust;
        this.fingerprint = fingerprint;
        var builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols(Suites.VERSIONS)
                .ciphers(Suites.AEAD)
                .trustManager(trust);
        if (keys != null) {
            builder.keyManager(keys);
        }
        if (config.verify()) {
            builder.endpointIdentificationAlgorithm("HTTPS");
        } else {
            builder.endpointIdentificationAlgorithm(null);
        }
        context = builder.build();
    }

    static ClientTls of(
            ServiceTls config,
            @Nullable List<X509Certificate> authorities,
            @Nullable Credential credential,
            String fingerprint)
            throws GeneralSecurityException, java.io.IOException {
        TrustManagerFactory trust;
        if (config.verify()) {
            trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities == null ? null : store(authorities));
        } else {
            trust = InsecureTrustManagerFactory.INSTANCE;
        }
        return new ClientTls(
                config, credential == null ? null : new NamedKeys(List.of(credential)), trust, fingerprint);
    }

    private static KeyStore store(List<X509Certificate> authorities)
            throws GeneralSecurityException, java.io.IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (var i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry(Integer.toString(i), authorities.get(i));
        }
        return store;
    }

    /** The name that a target has to prove. */
    public String nameOf(String host) {
        var name = config.serverName();
        return name == null ? host : name;
    }

    /** Lets an HTTP client encrypt. */
    public void apply(HttpClientOptions options, boolean http2, Duration handshake) {
        options.setSsl(true)
                .setUseAlpn(http2)
                .setVerifyHost(config.verify())
                .setTrustOptions(TrustOptions.wrap(trust.getTrustManagers()[0]))
                .setSslHandshakeTimeout(handshake.toMillis())
                .setSslHandshakeTimeoutUnit(java.util.concurrent.TimeUnit.MILLISECONDS)
                .setEnabledSecureTransportProtocols(new java.util.LinkedHashSet<>(Suites.VERSIONS));
        Suites.AEAD.forEach(options::addEnabledCipherSuite);
        if (keys != null) {
            options.setKeyCertOptions(KeyCertOptions.wrap(keys));
        }
    }

    /** The handler for one connection of bytes. */
    public SslHandler handler(ByteBufAllocator allocator, String host, int port, Duration handshake) {
        var handler = context.newHandler(allocator, nameOf(host), port);
        handler.setHandshakeTimeoutMillis(handshake.toMillis());
        return handler;
    }

    /** Whether the other one was made of the same files and settings. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClientTls tls && fingerprint.equals(tls.fingerprint);
    }

    @Override
    public int hashCode() {
        return fingerprint.hashCode();
    }
}
