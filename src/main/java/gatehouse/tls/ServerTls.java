package gatehouse.tls;

import gatehouse.config.ListenerTls;
import gatehouse.config.ListenerTls.Engine;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What encrypts the connections of a listener. Immutable; a changed file makes another one, with a context and session
 * tickets of its own, so that nobody resumes what the former one has let in.
 */
public final class ServerTls {
    private final SslContext context;
    private final @Nullable TicketKeys tickets;
    private final String fingerprint;
    private final Duration handshake;

    private ServerTls(SslContext context, String fingerprint, Duration handshake) {
        this.context = context;
        this.tickets = context.sessionContext() instanceof OpenSslServerSessionContext sessions
                ? new TicketKeys(sessions, System::nanoTime)
                : null;
        this.fingerprint = fingerprint;
        this.handshake = handshake;
    }

    /**
     * @param engine who encrypts, not {@code AUTO}
     * @param protocols offered by ALPN, such as {@code h2}; none: ALPN is not answered
     */
    static ServerTls of(
            ListenerTls config,
            Engine engine,
            List<Credential> credentials,
            @Nullable List<X509Certificate> clients,
            List<String> protocols,
            String fingerprint)
            throws SSLException {
        var builder = builder(engine, new NamedKeys(credentials))
                .protocols(Suites.VERSIONS)
                .ciphers(Suites.AEAD);
        var client = config.client();
        if (client != null && clients != null) {
            builder.trustManager(clients)
                    .clientAuth(client.mode() == ListenerTls.Mode.REQUIRED ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
        }
        if (!protocols.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    protocols));
        }
        return new ServerTls(builder.build(), fingerprint, config.handshake());
    }

    /** Of native code keys are kept in its own form, by the alias that a name leads to: else each handshake would read them anew. */
    private static SslContextBuilder builder(Engine engine, NamedKeys keys) {
        return engine == Engine.JDK
                ? SslContextBuilder.forServer(keys).sslProvider(SslProvider.JDK)
                : SslContextBuilder.forServer(
                                new OpenSslCachingX509KeyManagerFactory(new KeyManagerFactoryWrapper(keys)))
                        .sslProvider(SslProvider.OPENSSL);
    }

    /** Who encrypts: {@code JDK} or {@code OPENSSL}. */
    public Engine engine() {
        return tickets == null ? Engine.JDK : Engine.OPENSSL;
    }

    /** The handler for one connection. Of any thread. */
    public SslHandler handler(ByteBufAllocator allocator) {
        if (tickets != null) {
            tickets.renewWhenOld();
        }
        var handler = context.newHandler(allocator);
        handler.setHandshakeTimeoutMillis(handshake.toMillis());
        return handler;
    }

    /** Whether the other one was made of the same files and settings. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ServerTls tls && fingerprint.equals(tls.fingerprint);
    }

    @Override
    public int hashCode() {
        return fingerprint.hashCode();
    }
}
