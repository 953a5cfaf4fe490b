package gatehouse.listener;

import gatehouse.config.ListenerConfig;

/**
 * One listener as seen from one event loop. Confined to that loop.
 */
public final class Door {
    private final String name;
    private volatile ListenerConfig config;

    Door(String name, ListenerConfig config) {
        this.name = name;
        this.config = config;
    }

    /** Name of the listener. */
    public String name() {
        return name;
    }

    /** Its configuration; address and protocols never change, the rest may between two requests. */
    public ListenerConfig config() {
        return config;
    }

    void adopt(ListenerConfig changed) {
        config = changed;
    }
}
