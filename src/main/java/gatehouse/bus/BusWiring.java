package gatehouse.bus;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PfxOptions;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** How nodes reach each other on the event bus: at one address, and only those that hold the same key. */
public final class BusWiring {
    private static final long PING_MILLIS = 2000;
    private static final long PONG_MILLIS = 3000;
    private static final int CONNECT_MILLIS = 3000;

    private BusWiring() {}

    /**
     * Binds the event bus of a Vert.x that is yet to be made.
     *
     * @param host address where it listens, and where others find it
     * @param port its port; 0 for a free one
     * @param identity key store (PKCS #12) with the one key and certificate that all nodes have
     * @param password of the key store
     */
    public static void bind(VertxOptions options, String host, int port, byte[] identity, String password) {
        var store = new PfxOptions().setValue(Buffer.buffer(identity)).setPassword(password);
        options.setEventBusOptions(new EventBusOptions()
                .setHost(host)
                .setPort(port)
                .setConnectTimeout(CONNECT_MILLIS)
                .setClusterPingInterval(PING_MILLIS)
                .setClusterPingReplyInterval(PONG_MILLIS)
                .setSsl(true)
                .setKeyCertOptions(store)
                .setTrustOptions(store.copy())
                .setTrustAll(false) // which it is by default
                .setClientAuth(ClientAuth.REQUIRED)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setSslHandshakeTimeout(CONNECT_MILLIS)
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS));
    }

    /** Lets no objects of Java in; JSON, texts and numbers are what messages are made of. */
    public static void restrict(Vertx vertx) {
        vertx.eventBus().serializableChecker(name -> false).clusterSerializableChecker(name -> false);
    }
}
