package gatehouse.tcp;

import gatehouse.listener.Listeners;
import gatehouse.observe.AccessLog;
import gatehouse.observe.Metrics;
import gatehouse.observe.Tracing;
import gatehouse.snapshot.Snapshots;
import org.jspecify.annotations.Nullable;

/**
 * What this edge works with on its node.
 *
 * @param listeners the bound ports
 * @param snapshots the configuration in force
 * @param metrics where connections are counted
 * @param accessLog where they are written when they have ended; null for nowhere
 * @param guesses wrong credentials for the forward proxy
 * @param tracing where some of them are recorded when they have ended; null for nowhere
 */
public record TcpNode(
        Listeners listeners,
        Snapshots snapshots,
        Metrics metrics,
        @Nullable AccessLog accessLog,
        Guesses guesses,
        @Nullable Tracing tracing) {}
