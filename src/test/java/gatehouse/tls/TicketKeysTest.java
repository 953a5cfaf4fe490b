package gatehouse.tls;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestCertificates;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a client may come back with what it was given. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TicketKeysTest {
    @TempDir
    static Path folder;

    private static SslContext server;
    private static SslContext client;

    @BeforeAll
    static void make() throws Exception {
        Assumptions.assumeTrue(OpenSsl.isAvailable(), "no native code for this system");
        new TestCertificates(folder).issue("site", "site.test");
        server = SslContextBuilder.forServer(
                        folder.resolve("site.pem").toFile(),
                        folder.resolve("site.key").toFile())
                .sslProvider(SslProvider.OPENSSL)
                .protocols("TLSv1.2")
                .build();
        client = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .trustManager(folder.resolve("ca.pem").toFile())
                .build();
    }

    @Test
    void a_ticket_is_good_until_its_key_was_renewed_twice() throws Exception {
        var clock = new AtomicLong();
        var keys = new TicketKeys((OpenSslServerSessionContext) server.sessionContext(), clock::get);
        var first = handshake();
        assertThat(handshake()).isEqualTo(first);
        clock.addAndGet(Duration.ofHours(1).toNanos());
        keys.renewWhenOld();
        assertThat(handshake())
                .as("by a ticket of the key before, which gets it one of the newest")
                .isEqualTo(first);
        for (var hours = 0; hours < 2; hours++) {
            clock.addAndGet(Duration.ofHours(1).toNanos());
            keys.renewWhenOld();
        }
        assertThat(handshake()).isNotEqualTo(first);
    }

    /** What the session is that both sides agree on. */
    private static String handshake() throws Exception {
        var there = new SslHandler(server.newEngine(ByteBufAllocator.DEFAULT));
        var here = new SslHandler(client.newEngine(ByteBufAllocator.DEFAULT, "site.test", 443));
        var serving = new EmbeddedChannel(there);
        var asking = new EmbeddedChannel(here);
        while (!here.handshakeFuture().isDone() || !there.handshakeFuture().isDone()) {
            asking.runPendingTasks();
            pass(asking, serving);
            pass(serving, asking);
        }
        here.handshakeFuture().get();
        var session = here.engine().getSession();
        var made = HexFormat.of().formatHex(session.getId()) + session.getCreationTime();
        asking.finishAndReleaseAll();
        serving.finishAndReleaseAll();
        return made;
    }

    private static void pass(EmbeddedChannel from, EmbeddedChannel to) {
        for (var bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
            to.writeInbound(bytes);
        }
    }
}
