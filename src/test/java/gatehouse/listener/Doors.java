package gatehouse.listener;

import gatehouse.config.ConfigDocument;
import gatehouse.config.ForwardConfig;
import gatehouse.config.ListenAddress;
import gatehouse.config.ListenerConfig;
import gatehouse.config.ListenerLimits;
import gatehouse.config.StreamLimits;
import java.util.List;

/** Doors for tests without a gateway. */
public final class Doors {
    private Doors() {}

    /** One of HTTP/1.1 with everything as it is by default. */
    static Door plain() {
        return new Door("web", plainListener());
    }

    /** What says that, for a free port on loopback. */
    public static ListenerConfig plainListener() {
        return new ListenerConfig(
                new ListenAddress("127.0.0.1", 0),
                List.of(ListenerConfig.Protocol.HTTP1),
                List.of(),
                ListenerLimits.DEFAULT,
                null,
                false,
                ConfigDocument.defaults(StreamLimits.class),
                ConfigDocument.defaults(ForwardConfig.class));
    }
}
