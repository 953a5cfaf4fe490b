package gatehouse.http;

import gatehouse.listener.Listeners;
import gatehouse.observe.AccessLog;
import gatehouse.observe.Metrics;
import gatehouse.observe.Tracing;
import gatehouse.snapshot.Snapshots;
import gatehouse.snapshot.Switchboard;
import org.jspecify.annotations.Nullable;

/**
 * What the HTTP edge works with on its node.
 *
 * @param listeners the bound ports
 * @param snapshots the configuration in force
 * @param metrics where exchanges are counted
 * @param accessLog where they are written; null for nowhere
 * @param switchboard who takes what asks for a WebSocket or a topic
 * @param tracing what records some of them; null for nothing
 */
public record HttpNode(
        Listeners listeners,
        Snapshots snapshots,
        Metrics metrics,
        @Nullable AccessLog accessLog,
        Switchboard switchboard,
        @Nullable Tracing tracing) {
    int lanes() {
        return listeners.lanes().size();
    }
}
