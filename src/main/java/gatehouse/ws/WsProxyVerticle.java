package gatehouse.ws;

import gatehouse.listener.Lane;
import gatehouse.snapshot.Switchboard;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Serves WebSockets and topics: takes over connections that the HTTP edge hands on, on the event loop that has them. A newer
 * deployment takes the places over; what is open stays with the node.
 */
public final class WsProxyVerticle extends VerticleBase {
    private final OpenSockets node;
    private final Switchboard switchboard;
    private final Map<Lane, WsLane> lanes = new ConcurrentHashMap<>(); // each lane puts its own

    /** An instance; one is enough for all event loops. */
    public WsProxyVerticle(OpenSockets node, Switchboard switchboard) {
        this.node = node;
        this.switchboard = switchboard;
    }

    @Override
    public Future<?> start() {
        node.topics().begin();
        var starting = new ArrayList<Future<?>>();
        for (var lane : node.lanes()) {
            starting.add(lane.run(() -> new WsLane(node, node.at(lane))).onSuccess(made -> lanes.put(lane, made)));
        }
        return Future.all(starting)
                .onSuccess(made -> lanes.forEach((lane, serving) -> switchboard.serve(lane.index(), serving)));
    }

    @Override
    public Future<?> stop() {
        lanes.forEach((lane, served) -> switchboard.leave(lane.index(), served));
        return Future.succeededFuture();
    }
}
