package gatehouse.launch;

import gatehouse.config.NodeConfig;
import io.vertx.core.transport.Transport;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses how sockets are driven. A native library that does not load is never a reason not to start. */
final class Transports {
    private static final Logger LOG = LoggerFactory.getLogger(Transports.class);

    /**
     * Whether Netty lets a poll of io_uring stand. It tells of a reset once, and a read that was under way then has seen only the
     * bytes before it: nobody would ever know. A poll for each read costs one more entry of the queue and no system call.
     */
    private static final String STANDING_POLL = "io.netty.iouring.pollAddMultishotEnabled";

    static {
        if (System.getProperty(STANDING_POLL) == null) {
            System.setProperty(STANDING_POLL, "false");
        }
    }

    private Transports() {}

    /** What is wanted if it can be had, else epoll, else the JDK's own. */
    static Transport choose(NodeConfig.Transport wanted) {
        var named = switch (wanted) {
            case AUTO, EPOLL -> Transport.EPOLL;
            case IO_URING -> Transport.IO_URING;
            case NIO -> Transport.NIO;
        };
        if (isAvailable(named)) {
            return named;
        }
        var instead = isAvailable(Transport.EPOLL) ? Transport.EPOLL : Transport.NIO;
        if (wanted != NodeConfig.Transport.AUTO) {
            LOG.warn(
                    "node.transport: {} can't be used here, {} is taken: {}",
                    wanted.name().toLowerCase(Locale.ROOT),
                    instead.name(),
                    reason(named));
        }
        return instead;
    }

    private static boolean isAvailable(@Nullable Transport transport) {
        return transport != null && transport.available();
    }

    private static String reason(@Nullable Transport transport) {
        var cause = transport == null ? null : transport.unavailabilityCause();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause == null ? "no library for this platform" : cause.toString();
    }
}
