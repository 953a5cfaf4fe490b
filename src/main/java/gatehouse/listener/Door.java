package gatehouse.listener;

import gatehouse.config.ListenerConfig;
import gatehouse.tls.ServerTls;
import org.jspecify.annotations.Nullable;

/**
 * One listener as seen from one event loop. Confined to that loop.
 */
public final class Door {
    private final String name;
    private final boolean forCallsOnly;
    private volatile ListenerConfig config;
    private volatile @Nullable ServerTls tls;

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

    void adopt(ListenerConfig changed) {
        config = changed;
    }
}
