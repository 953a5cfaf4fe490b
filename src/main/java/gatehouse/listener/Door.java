package gatehouse.listener;

import gatehouse.config.ListenerConfig;
import gatehouse.tls.ServerTls;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One listener as seen from one event loop. Confined to that loop.
 */
public final class Door {
    private final String name;
    private final boolean forCallsOnly;
    private volatile ListenerConfig config;
    private volatile @Nullable ServerTls tls;
    private final Set<HttpConnection> http2 = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean leaving;

    Door(String name, ListenerConfig config) {
        this.name = name;
        this.forCallsOnly = config.isForCallsOnly();
        this.config = config;
    }

    /** What encrypts the connections that come from now on; null where they are plain. */
    @Nullable ServerTls tls() {
        return tls;
    }

    void encrypt(@Nullable ServerTls changed) {
        tls = changed;
    }

    /** Name of the listener. */
    public String name() {
        return name;
    }

    /** Its configuration; address and protocols never change, the rest may between two requests. */
    public ListenerConfig config() {
        return config;
    }

    /** Whether nothing but calls is taken. */
    public boolean isForCallsOnly() {
        return forCallsOnly;
    }

    /** Whether the listener is about to be closed, so that clients are told with each answer. */
    public boolean isLeaving() {
        return leaving;
    }

    /**
     * The listener is about to be closed. Clients of HTTP/2 are told now that no stream is lost yet: a stream that comes while a final
     * GOAWAY is under way would be (RFC 9113 §6.8).
     */
    void leave() {
        leaving = true;
        new ArrayList<>(http2).forEach(Door::announceEnd);
    }

    /** A client of HTTP/2 has connected; one that comes while the listener leaves is told at once. */
    void connected(ConnectionBase connection) {
        var told = (HttpConnection) connection;
        if (leaving) {
            announceEnd(told);
            return;
        }
        http2.add(told);
        connection.channel().closeFuture().addListener(closed -> http2.remove(told));
    }

    private static void announceEnd(HttpConnection connection) {
        connection.goAway(0, Integer.MAX_VALUE);
    }

    void adopt(ListenerConfig changed) {
        config = changed;
    }
}
